import { describe, expect, it } from 'vitest'
import { CommandStop } from '../process/command-stop.ts'
import type { Cli } from './cli.ts'
import { applyCommonFlags, applyEarly, positiveInteger } from './common-options.ts'
import { normalizeArguments } from './normalize-arguments.ts'
import { UsageError } from './usage-error.ts'

/** The parts of a command line that options change. */
function fakeCli(env: Record<string, string> = {}): Cli {
  return { env, format: 'text', verbose: false, stop: new CommandStop() } as Cli
}

describe('the common options', () => {
  it('go flag, environment, default', () => {
    const cli = fakeCli({ MFM_OUTPUT: 'jsonl' })
    applyCommonFlags(cli, { output: 'json' })
    expect(cli.format).toBe('json')
    applyCommonFlags(cli, {})
    expect(cli.format).toBe('jsonl')
    const bare = fakeCli()
    applyCommonFlags(bare, {})
    expect([bare.format, bare.verbose]).toEqual(['text', false])
  })

  it('take verbose from the environment', () => {
    const cli = fakeCli({ MFM_VERBOSE: '1' })
    applyCommonFlags(cli, {})
    expect(cli.verbose).toBe(true)
  })

  it.each([{ MFM_OUTPUT: 'xml' }, { MFM_COMMAND_TIMEOUT: '0' }, { MFM_COMMAND_TIMEOUT: '1.5' }])(
    'refuse %o',
    (env) => {
      expect(() => applyCommonFlags(fakeCli(env), {})).toThrow(UsageError)
    },
  )

  it.each([
    [['runs', '--output', 'json'], {}, 'json'],
    [['runs', '-o', 'jsonl'], {}, 'jsonl'],
    [['runs', '--output=json'], {}, 'json'],
    [['runs'], { MFM_OUTPUT: 'json' }, 'json'],
    [['runs', '--output'], {}, 'text'],
    [['runs', '--output', 'nonsense'], {}, 'text'],
  ])('decide early how errors look: %j %o', (argv, env, format) => {
    const cli = fakeCli(env)
    applyEarly(cli, argv)
    expect(cli.format).toBe(format)
  })
})

describe('a count', () => {
  it.each(['0', '-1', '1.5', '1e3', '', ' 1', '9007199254740993', 'x'])('is not %j', (text) => {
    expect(() => positiveInteger(text)).toThrow()
  })

  it('is a whole number', () => {
    expect(positiveInteger('20')).toBe(20)
  })
})

describe('arguments', () => {
  it('may be written as people type them', () => {
    expect(normalizeArguments(['help', 'run'])).toEqual(['run', '--help'])
    expect(normalizeArguments(['help'])).toEqual(['--help'])
    expect(normalizeArguments(['run', 'help'])).toEqual(['run', 'help'])
  })

  it('may have values of several lines, or empty ones', () => {
    expect(normalizeArguments(['--input={\n}', '--input='])).toEqual([
      '--input',
      '{\n}',
      '--input',
      '',
    ])
    expect(normalizeArguments(['--output=json', 'a=b'])).toEqual(['--output=json', 'a=b'])
  })
})
