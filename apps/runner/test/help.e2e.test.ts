import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { mfm } from './mfm.ts'

const COMMANDS = [
  'run',
  'resume',
  'runs',
  'show',
  'events',
  'replay',
  'verify',
  'diff',
  'why',
  'fork',
  'export',
  'import',
  'scan',
  'golden',
  'doctor',
]
const cwd = tmpdir()

const REFUSE_ZOD = `
import { registerHooks } from 'node:module'
const resolve = (name, context, next) => {
  if (name === 'zod') throw new Error('zod is loaded')
  return next(name, context)
}
registerHooks({ resolve })`

describe('help', () => {
  it('names every command and every exit code', async () => {
    for (const args of [['--help'], ['help'], []]) {
      const { code, stdout, stderr } = await mfm(args, { cwd })
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'))
      expect(stdout).toContain('130')
    }
  })

  it('is there before anything is loaded that takes time; what cannot be loaded is told', async () => {
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(REFUSE_ZOD)}` }
    expect(await mfm(['--help'], { cwd, env })).toMatchObject({ code: 0 })
    const broken = await mfm(['runs', '-o', 'json'], { cwd, env })
    expect(broken).toMatchObject({ code: 1, stderr: expect.stringContaining('zod is loaded') })
  })

  it.each(COMMANDS)('of %s has an example and the common options', async (command) => {
    const { code, stdout } = await mfm([command, '--help'], { cwd })
    expect(code).toBe(0)
    expect(stdout).toMatch(new RegExp(`EXAMPLES\\n.*mfm ${command} `))
    for (const option of ['--output', '--store', '--verbose', '--command-timeout']) {
      expect(stdout).toContain(option)
    }
  })
})

describe('the version', () => {
  it('is that of the package', async () => {
    const { code, stdout } = await mfm(['--version'], { cwd })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})
