import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import type { DiffDocument } from '@mfm/runner'
import { diffDocumentSchema, errorDocumentSchema, runDocumentSchema } from '@mfm/runner'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Greeter } from './greeter.ts'
import type { MfmResult } from './mfm.ts'
import { document, mfm } from './mfm.ts'
import { TemporaryProject, WORKFLOW } from './temporary-project.ts'

let greeter: Greeter
let project: TemporaryProject
let ada = ''
let bob = ''

const call = async (...args: readonly string[]): Promise<MfmResult> =>
  await mfm(args, { cwd: project.root, env: { MFM_ENDPOINT_GREETER: greeter.address } })

const start = async (input: object): Promise<string> => {
  const result = await call('run', WORKFLOW, '--input', JSON.stringify(input), '-o', 'json')
  return document(runDocumentSchema, result).runId
}

const diff = async (...args: readonly string[]): Promise<DiffDocument> =>
  document(diffDocumentSchema, await call('diff', ...args, '--output', 'json'))

beforeAll(async () => {
  greeter = await Greeter.start()
  project = await TemporaryProject.create()
  ada = await start({ name: 'Ada' })
  bob = await start({ name: 'Bob' })
})
afterAll(async () => {
  await greeter[Symbol.asyncDispose]()
  await project[Symbol.asyncDispose]()
})

describe('mfm diff', () => {
  it('says same, with exit code 0, for a run and its copy in another store', async () => {
    await cp(join(project.root, '.mfm'), join(project.root, 'copy'), { recursive: true })
    const copy = ['--store-b', 'sqlite:copy/runs.db']
    expect(await diff(ada, ada, ...copy)).toMatchObject({ verdict: 'same', documentsRead: 0 })
    const text = await call('diff', ada.slice(0, 8), ada.slice(0, 8), ...copy)
    expect(text).toMatchObject({ code: 0, stderr: '' })
    expect(text.stdout).toMatch(/^same {2}/)
  })

  it('names what differs, the first differing fact first, with exit code 1', async () => {
    const found = await diff(ada, bob)
    expect(found.verdict).toBe('different')
    expect(found.differences[0]).toMatchObject({
      kind: 'request_changed',
      stateId: 'greet.main.ask',
      fact: { a: { namespace: 'http' } },
    })
    expect(found.differences[0]?.rows).toContainEqual({
      pointer: '/path',
      a: '/greet?name=Ada',
      b: '/greet?name=Bob',
    })
    expect(found.differences).toContainEqual(
      expect.objectContaining({
        kind: 'input_changed',
        rows: [{ pointer: '/name', a: 'Ada', b: 'Bob' }],
      }),
    )
    expect(found.counts).toMatchObject({ request_changed: 1, output_changed: 1, plan_changed: 0 })
    const text = await call('diff', ada, bob)
    expect(text).toMatchObject({ code: 1, stderr: '' })
    expect(text.stdout).toContain('at /path')
    expect(text.stdout).toContain('"/greet?name=Bob"')
  })

  it('refuses a run that is not there', async () => {
    const { code, stderr } = await call('diff', ada, '99999999', '-o', 'json')
    expect(code).toBe(4)
    expect(errorDocumentSchema.parse(JSON.parse(stderr)).error.code).toBe('run_not_found')
  })
})
