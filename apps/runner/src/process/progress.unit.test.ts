import type { EventEnvelope } from '@mfm/core-types'
import { describe, expect, it } from 'vitest'
import type { Cli } from '../cli/cli.ts'
import { Progress, progressLine } from './progress.ts'

const STATE = { completed: 2, states: 5, at: 'a.main.b', attempt: 0, facts: 1, millis: 1200 }

/** The parts of a command line that progress looks at. */
function fakeCli(
  isTerminal: boolean,
  env: Record<string, string> = {},
): {
  readonly cli: Cli
  readonly written: () => string
} {
  let written = ''
  const stderr = {
    isTerminal,
    columns: 80,
    raw: (text: string) => {
      written += text
    },
    line: (text: string) => {
      written += `${text}\n`
    },
  }
  return { cli: { env, stderr } as unknown as Cli, written: () => written }
}

const ENTERED = {
  event: { type: 'state_entered', stateId: 'a.main.b', attempt: 0 },
} as unknown as EventEnvelope

describe('the line of progress', () => {
  it('says how far, where, and how long', () => {
    expect(progressLine(STATE, 80)).toBe('2/5  a.main.b  1 fact  1.2 s')
    expect(progressLine({ ...STATE, attempt: 3, facts: 2 }, 80)).toContain('attempt 3  2 facts')
  })

  it('never wraps', () => {
    const line = progressLine({ ...STATE, at: 'x'.repeat(200) }, 40)
    expect(line).toHaveLength(39)
  })
})

describe('progress', () => {
  it('is drawn over itself on a terminal', () => {
    const { cli, written } = fakeCli(true)
    const progress = new Progress(cli, 5)
    progress.onEvent(ENTERED)
    progress.end()
    const [before, line, after] = written().split('\r\u001b[K')
    expect([before, after]).toEqual(['', ''])
    expect(line).toMatch(/^0\/5 {2}a\.main\.b /)
  })

  it.each([
    ['where standard error is no terminal', false, {}],
    ['in CI', true, { CI: 'true' }],
    ['on a dumb terminal', true, { TERM: 'dumb' }],
  ])('says nothing %s', (_where, isTerminal, env) => {
    const { cli, written } = fakeCli(isTerminal, env)
    const progress = new Progress(cli, 5)
    progress.onEvent(ENTERED)
    progress.end()
    expect(written()).toBe('')
    expect(progress.events).toBe(1)
  })
})
