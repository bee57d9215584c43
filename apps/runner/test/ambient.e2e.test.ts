import { determinismDocumentSchema, replayDocumentSchema } from '@mfm/runner'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Greeter } from './greeter.ts'
import type { MfmResult } from './mfm.ts'
import { document, mfm } from './mfm.ts'
import { TemporaryProject, WORKFLOW } from './temporary-project.ts'

let greeter: Greeter
let project: TemporaryProject

beforeEach(async () => {
  greeter = await Greeter.start()
  project = await TemporaryProject.create()
  await project.edit('await io.now()', 'Math.floor(Date.now() / 1e15)')
})
afterEach(async () => {
  await greeter[Symbol.asyncDispose]()
  await project[Symbol.asyncDispose]()
})

const ID = '7f3c2a90-1b7e-4c55-9d2a-0c6f1f3f8a11'
const INPUT = ['--input', '{"name":"Ada"}']

const call = async (...args: readonly string[]): Promise<MfmResult> =>
  await mfm(args, { cwd: project.root, env: { MFM_ENDPOINT_GREETER: greeter.address } })

describe('a state that takes the time past its io', () => {
  it('is warned of with its place in a live run, and refused by replay and verify', async () => {
    const live = await call('run', WORKFLOW, '--run-id', ID, ...INPUT)
    expect(live.code).toBe(0)
    expect(live.stderr).toMatch(
      /^warning: greet\.main\.write used Date\.now at greet\.workflow\.ts:36:\d+; .*\n {2}Use await io\.now\(\)/,
    )
    const verified = await call('verify', ID, '-o', 'json')
    expect(verified.code).toBe(3)
    expect(document(replayDocumentSchema, verified).differences).toMatchObject([
      { kind: 'ambient', stateId: 'greet.main.write', error: { code: 'ambient_io' } },
    ])
    const replayed = await call('replay', ID)
    expect(replayed.code).toBe(3)
    expect(replayed.stdout).toMatch(/^ambient: .*Date\.now at greet\.workflow\.ts:36:/m)
    const all = await call('verify', '--all')
    expect(all.code).toBe(1)
  })

  it('may be let through', async () => {
    const quiet = await call('run', WORKFLOW, '--run-id', ID, ...INPUT, '--ambient', 'off')
    expect(quiet).toMatchObject({ code: 0 })
    expect(quiet.stderr).not.toContain('warning')
    const warned = await call('verify', ID, '--ambient', 'warn')
    expect(warned).toMatchObject({ code: 0, stderr: expect.stringContaining('Date.now at') })
    const refused = await call('run', WORKFLOW, ...INPUT, '--ambient', 'refuse')
    expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining('ambient_io') })
  })

  it('is told by the doctor, whether or not anything came of it', async () => {
    const same = await call('doctor', '--determinism', WORKFLOW, ...INPUT, '-o', 'json')
    expect(same).toMatchObject({ code: 1, stderr: '' })
    expect(document(determinismDocumentSchema, same)).toMatchObject({
      verdict: 'identical',
      ambient: [{ what: 'Date.now', stateId: 'greet.main.write' }],
    })
    await project.edit('Math.floor(Date.now() / 1e15)', 'process.hrtime()[1]')
    const other = await call('doctor', '--determinism', WORKFLOW, ...INPUT)
    expect(other.code).toBe(1)
    expect(other.stdout).toMatch(/^not deterministic /)
    expect(other.stdout).toContain('at /context/greeting/at')
    expect(other.stdout).toMatch(/greet\.main\.write {2}process\.hrtime at greet\.workflow\.ts:36:/)
  })
})
