import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  errorDocumentSchema,
  replayDocumentSchema,
  runDetailsDocumentSchema,
  runDocumentSchema,
} from '@mfm/runner'
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
})
afterEach(async () => {
  await greeter[Symbol.asyncDispose]()
  await project[Symbol.asyncDispose]()
})

const call = async (...args: readonly string[]): Promise<MfmResult> =>
  await mfm([...args, '--output', 'json'], {
    cwd: project.root,
    env: { MFM_ENDPOINT_GREETER: greeter.address },
  })

const start = async (input: object, ...args: readonly string[]): Promise<MfmResult> =>
  await call('run', WORKFLOW, '--input', JSON.stringify(input), ...args)

/** The code of the error that a refused command wrote; it wrote nothing else. */
const errorCode = ({ stdout, stderr }: MfmResult): string => {
  expect(stdout).toBe('')
  return errorDocumentSchema.parse(JSON.parse(stderr)).error.code
}

/** Starts a run that waits in its first state, and stops it there. */
const startAndStop = async (signal: 'SIGINT' | 'SIGTERM'): Promise<MfmResult> =>
  await mfm(
    ['run', WORKFLOW, '--input', JSON.stringify({ ...ADA, mode: 'wait' }), '--run-id', ID],
    {
      cwd: project.root,
      env: { MFM_ENDPOINT_GREETER: greeter.address },
      onStart: (child) => {
        void greeter.asked.then(() => child.kill(signal))
      },
    },
  )

const ADA = { name: 'Ada' }
const ID = '3fa2c1d0-0000-4000-8000-000000000001'

describe('exit code 1', () => {
  it('is for a run that failed', async () => {
    const result = await start({ ...ADA, mode: 'fail' })
    expect(result.code).toBe(1)
    const run = document(runDocumentSchema, result)
    expect(run).toMatchObject({ phase: 'failed', failure: { error: { code: 'no_greeting' } } })
    const text = await mfm(['show', run.runId], { cwd: project.root })
    expect(text.stdout).toContain('nobody greets Ada')
    expect((await call('verify', run.runId)).code).toBe(0)
    expect((await call('replay', run.runId)).code).toBe(1)
  })

  it('is for a value that cannot be stored: the run fails, and has an end', async () => {
    const result = await start({ ...ADA, mode: 'nan' })
    expect(result.code).toBe(1)
    expect(document(runDocumentSchema, result).failure?.error.code).toBe('context_value_invalid')
  })

  it('is for an event that came out otherwise', async () => {
    const { runId } = document(runDocumentSchema, await start(ADA))
    await project.edit('{ text, at }', '{ text: text.toUpperCase(), at }')
    const result = await call('verify', runId)
    expect(result.code).toBe(1)
    const report = document(replayDocumentSchema, result)
    expect(report).toMatchObject({
      verdict: 'different',
      differences: [{ kind: 'context_changed' }],
    })
    expect(report.differences[0]?.pointers).toContainEqual({
      pointer: '/context/greeting/text',
      recorded: 'hello Ada',
      produced: 'HELLO ADA',
    })
    const text = await mfm(['verify', runId], { cwd: project.root })
    expect(text.stdout).toMatch(/^different /)
    expect(text.stdout).toContain('greet.main.write attempt 0')
  })

  it('is for an error that nobody waited for, without a stack', async () => {
    const result = await start({ ...ADA, mode: 'stray' }, '--run-id', ID)
    expect([errorCode(result), result.code]).toEqual(['internal_error', 1])
    expect(result.stderr).toContain('TypeError: stray')
    expect(result.stderr).not.toContain('greet.workflow.ts')
    const { phase } = document(runDetailsDocumentSchema, await call('show', ID))
    expect(phase).toBe('running')
  })

  it('is for a state that waits for what can never come', async () => {
    const result = await start({ ...ADA, mode: 'stall' })
    expect(result.code).toBe(1)
    expect(document(runDocumentSchema, result).phase).toBe('running')
  })
})

describe('exit code 3', () => {
  it('is for a request that was changed after the recording', async () => {
    const { runId } = document(runDocumentSchema, await start(ADA))
    await project.edit("path: '/greet'", "path: '/welcome'")
    for (const command of ['verify', 'replay']) {
      const result = await call(command, runId)
      expect(result.code).toBe(3)
      const [difference] = document(replayDocumentSchema, result).differences
      expect(difference).toMatchObject({ kind: 'missing', stateId: 'greet.main.ask', attempt: 0 })
    }
    const text = await mfm(['verify', runId], { cwd: project.root })
    expect(text.stdout).toContain('nearest')
    expect(text.stdout).toContain('/path')
    expect(text.stdout).toContain('help:')
    expect(greeter.requests).toHaveLength(1)
  })

  it('is for a plan that was changed after the recording', async () => {
    const { runId } = document(runDocumentSchema, await start(ADA))
    await project.edit(
      'states: [ask, write]',
      "states: [ask, write, state('more', { run: () => undefined })]",
    )
    const result = await call('verify', runId)
    expect(result.code).toBe(3)
    expect(document(replayDocumentSchema, result).differences[0]?.kind).toBe('plan_changed')
  })
})

describe('exit code 4', () => {
  it('is for the code of a run that has moved; --workflow names it', async () => {
    const { runId } = document(runDocumentSchema, await start(ADA))
    const elsewhere = join(project.root, 'elsewhere')
    await mkdir(elsewhere)
    const there = (...args: readonly string[]): Promise<MfmResult> =>
      mfm([...args, '--store', 'sqlite:../.mfm/runs.db', '-o', 'json'], { cwd: elsewhere })
    const lost = await there('verify', runId)
    expect([errorCode(lost), lost.code]).toEqual(['workflow_not_found', 4])
    expect((await there('verify', runId, '--workflow', `../${WORKFLOW}`)).code).toBe(0)
  })
})

describe('exit code 5', () => {
  it('is for a store that cannot be written', async () => {
    await project.put('file', '')
    const result = await start(ADA, '--store', 'sqlite:file/runs.db')
    expect([errorCode(result), result.code]).toEqual(['store_unavailable', 5])
  })
})

describe('exit code 6', () => {
  it('is for a resume with other code', async () => {
    expect((await startAndStop('SIGINT')).code).toBe(130)
    await project.edit(
      'states: [ask, write]',
      "states: [ask, write, state('more', { run: () => undefined })]",
    )
    const planned = await call('resume', ID)
    expect([errorCode(planned), planned.code]).toEqual(['plan_changed', 6])
    await project.edit("version: '1.0.0'", "version: '2.0.0'")
    const versioned = await call('resume', ID)
    expect([errorCode(versioned), versioned.code]).toEqual(['plan_op_mismatch', 6])
  })

  it('is for the verification of a run without an end', async () => {
    await startAndStop('SIGINT')
    const result = await call('verify', ID)
    expect([errorCode(result), result.code]).toEqual(['run_not_finished', 6])
  })
})

describe('exit code 7', () => {
  it('is for a command that took longer than it may', async () => {
    await start(ADA, '--run-id', ID)
    const result = await call('verify', ID, '--command-timeout', '1')
    expect([errorCode(result), result.code]).toEqual(['command_timeout', 7])
  })

  it('is for a run that did; it goes on where it was', async () => {
    const stopped = await start(
      { ...ADA, mode: 'wait' },
      '--run-id',
      ID,
      '--command-timeout',
      '8000',
    )
    expect(stopped.code).toBe(7)
    expect(document(runDocumentSchema, stopped).phase).toBe('running')
    const env = { MFM_ENDPOINT_GREETER: greeter.address, GREET_FAST: '1' }
    expect((await mfm(['resume', ID], { cwd: project.root, env })).code).toBe(0)
  })
})

describe('exit codes 130 and 143', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('are for a run that %s stopped; it goes on where it was', async (signal, code) => {
    const stopped = await startAndStop(signal)
    expect(stopped.code).toBe(code)
    expect(stopped.stdout).toContain('phase  running')
    expect(stopped.stderr).toContain(`mfm resume ${ID}`)
    const resumed = await mfm(['resume', ID, '-o', 'json'], {
      cwd: project.root,
      env: { MFM_ENDPOINT_GREETER: greeter.address, GREET_FAST: '1' },
    })
    expect(resumed.code).toBe(0)
    expect(document(runDocumentSchema, resumed).output).toMatchObject({ text: 'hello Ada' })
    expect((await call('verify', ID)).code).toBe(0)
    const details = document(runDetailsDocumentSchema, await call('show', ID))
    expect(details.states[0]).toMatchObject({ phase: 'completed', attempts: 2 })
  })

  it('come at once with the second signal', async () => {
    const { code, stdout } = await mfm(
      ['run', WORKFLOW, '--input', '{"name":"Ada","mode":"deaf"}', '--run-id', ID],
      {
        cwd: project.root,
        env: { MFM_ENDPOINT_GREETER: greeter.address },
        onStart: (child) => {
          void greeter.asked.then(() => child.kill('SIGINT'))
          // It answers the first signal with a line; then comes the second.
          child.stderr?.once('data', () => child.kill('SIGINT'))
        },
      },
    )
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' })
  })
})

describe('a store without write permission', () => {
  it('can be read', async () => {
    await start(ADA, '--run-id', ID)
    await chmod(join(project.root, '.mfm/runs.db'), 0o444)
    expect((await call('verify', ID)).code).toBe(0)
  })
})
