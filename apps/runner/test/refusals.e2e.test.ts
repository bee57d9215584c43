import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { errorDocumentSchema } from '@mfm/runner'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Greeter } from './greeter.ts'
import type { MfmResult } from './mfm.ts'
import { mfm } from './mfm.ts'
import { TemporaryProject, WORKFLOW } from './temporary-project.ts'

const INPUT = '{"name":"Ada"}'
const ID = '3fa2c1d0-0000-4000-8000-000000000001'
const OTHER_ID = ID.replace(/1$/, '2')

let greeter: Greeter
/** Holds two runs. */
let project: TemporaryProject
/** Holds none, and no store. */
let bare: TemporaryProject

beforeAll(async () => {
  greeter = await Greeter.start()
  project = await TemporaryProject.create()
  bare = await TemporaryProject.create()
  for (const runId of [ID, OTHER_ID]) {
    const { code } = await call(project, 'run', WORKFLOW, '--input', INPUT, '--run-id', runId)
    expect(code).toBe(0)
  }
  await project.put('no-workflow.mjs', 'export default 1\n')
})
afterAll(async () => {
  await greeter[Symbol.asyncDispose]()
  await project[Symbol.asyncDispose]()
  await bare[Symbol.asyncDispose]()
})

async function call({ root }: TemporaryProject, ...args: readonly string[]): Promise<MfmResult> {
  const env = { MFM_ENDPOINT_GREETER: greeter.address }
  return await mfm([...args, '--output', 'json'], { cwd: root, env })
}

/** The code of the error that a refused command wrote; it wrote nothing else. */
function errorCode({ stdout, stderr }: MfmResult): string {
  expect(stdout).toBe('')
  return errorDocumentSchema.parse(JSON.parse(stderr)).error.code
}

describe('exit code 2', () => {
  it.each([
    ['an unknown command', ['rum'], 'invalid_option'],
    ['an unknown option', ['runs', '--wat'], 'invalid_option'],
    ['an option that only objects have', ['runs', '--constructor', 'x'], 'invalid_option'],
    ['a missing argument', ['show'], 'invalid_option'],
    ['an argument too many', ['show', 'a', 'b'], 'invalid_option'],
    ['a wrong value', ['runs', '--limit', '0'], 'invalid_option'],
    ['a limit too high', ['runs', '--limit', '1001'], 'invalid_option'],
    ['a malformed run id', ['show', 'xyz'], 'invalid_id'],
    ['a malformed cursor', ['runs', '--cursor', '%'], 'cursor_invalid'],
    ['a beginning that several runs have', ['show', '3fa2'], 'run_ambiguous'],
    ['a store that is no URL', ['runs', '--store', 'runs.db'], 'invalid_option'],
    ['an unknown store', ['runs', '--store', 'mongodb://localhost'], 'invalid_option'],
    ['memory, where nothing can be', ['runs', '--store', 'memory:'], 'invalid_option'],
    [
      'both kinds of input',
      ['run', WORKFLOW, '--input', '{}', '--input-file', 'x'],
      'invalid_option',
    ],
    ['an input file that is not there', ['run', WORKFLOW, '--input-file', 'nope'], 'invalid_input'],
    ['an input that is not JSON', ['run', WORKFLOW, '--input', '{"name": NaN}'], 'invalid_input'],
    ['a member twice', ['run', WORKFLOW, '--input', '{"name":"a","name":"b"}'], 'invalid_input'],
    ['an input that does not fit', ['run', WORKFLOW, '--input', '{"name": 1}'], 'invalid_input'],
    ['an empty input', ['run', WORKFLOW, '--input='], 'invalid_input'],
    ['a malformed new run id', ['run', WORKFLOW, '--input', INPUT, '--run-id', '7'], 'invalid_id'],
    ['a file without a workflow', ['run', 'no-workflow.mjs'], 'workflow_invalid'],
  ])('is for %s', async (_what, args, code) => {
    const result = await call(project, ...args)
    expect([errorCode(result), result.code]).toEqual([code, 2])
  })

  it('is for a secret in the input, which is not shown', async () => {
    const token = ['ghp', 'abcdefghijklmnopqrstuvwxyz0123456789'].join('_')
    const result = await call(project, 'run', WORKFLOW, '--input', JSON.stringify({ name: token }))
    expect([errorCode(result), result.code]).toEqual(['secrets_detected', 2])
    expect(result.stderr).not.toContain(token)
  })

  it('leaves no store behind', async () => {
    const result = await call(bare, 'run', WORKFLOW, '--input', '{"name": 1}')
    expect(result.code).toBe(2)
    expect(existsSync(join(bare.root, '.mfm'))).toBe(false)
  })

  it('comes with a suggestion and the place to look, for people', async () => {
    const { stdout, stderr, code } = await mfm(['runs', '--limt', '3'], { cwd: project.root })
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
    expect(stderr).toContain('--limit')
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^help: .*mfm runs --help/)
    expect(stderr).not.toMatch(/^\s+at /m)
  })

  it('comes with the stack where it is asked for', async () => {
    const { stderr } = await mfm(['run', 'no-workflow.mjs', '--verbose'], { cwd: project.root })
    expect(stderr).toMatch(/^\s+at /m)
  })
})

describe('exit code 4', () => {
  it.each([
    ['a run', ['show', ID.replace(/1$/, '9')], 'run_not_found'],
    ['a beginning of a run', ['verify', '4'], 'run_not_found'],
    ['a workflow by name', ['run', 'nope'], 'workflow_not_found'],
    ['a workflow file', ['run', './nope.ts'], 'workflow_not_found'],
  ])('is for %s that is not there', async (_what, args, code) => {
    const result = await call(project, ...args)
    expect([errorCode(result), result.code]).toEqual([code, 4])
  })
})

describe('exit code 5', () => {
  it.each(['runs', 'show', 'events', 'replay', 'verify', 'resume'])(
    'is for %s where there is no store, and none is made',
    async (command) => {
      const result = await call(bare, command, ...(command === 'runs' ? [] : [ID]))
      expect([errorCode(result), result.code]).toEqual(['store_unavailable', 5])
      expect(existsSync(join(bare.root, '.mfm'))).toBe(false)
    },
  )
})

describe('exit code 6', () => {
  it('is for a run id that is taken', async () => {
    const result = await call(project, 'run', WORKFLOW, '--input', INPUT, '--run-id', ID)
    expect([errorCode(result), result.code]).toEqual(['run_already_exists', 6])
  })
})

describe('a list of more runs than were asked for', () => {
  it('says how to go on', async () => {
    const first = await mfm(['runs', '--limit', '1', '-o', 'jsonl'], { cwd: project.root })
    const cursor = /--cursor (\S+)/.exec(first.stderr)?.[1] ?? ''
    const second = await mfm(['runs', '--cursor', cursor, '-o', 'jsonl'], { cwd: project.root })
    const ids = [first, second].map(({ stdout }) => JSON.parse(stdout).runId)
    expect(ids.toSorted()).toEqual([ID, OTHER_ID])
    expect(second.stderr).toBe('')
  })
})
