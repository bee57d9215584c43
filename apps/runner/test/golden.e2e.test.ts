import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { errorDocumentSchema, goldenFileDocumentSchema, runDocumentSchema } from '@mfm/runner'
import { readGolden, verifyOp } from '@mfm/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Greeter } from './greeter.ts'
import type { MfmResult } from './mfm.ts'
import { document, mfm } from './mfm.ts'
import { TemporaryProject, WORKFLOW } from './temporary-project.ts'

let greeter: Greeter
let project: TemporaryProject
let runId = ''

const call = async (...args: readonly string[]): Promise<MfmResult> =>
  await mfm(args, { cwd: project.root, env: { MFM_ENDPOINT_GREETER: greeter.address } })

const run = async (): Promise<string> => {
  const result = await call('run', WORKFLOW, '--input', '{"name":"Ada"}', '--output', 'json')
  return document(runDocumentSchema, result).runId
}

beforeAll(async () => {
  greeter = await Greeter.start()
  project = await TemporaryProject.create()
  runId = await run()
})
afterAll(async () => {
  await greeter[Symbol.asyncDispose]()
  await project[Symbol.asyncDispose]()
})

describe('mfm golden', () => {
  it('makes a golden run that the workflow verifies offline', async () => {
    const result = await call('golden', runId.slice(0, 8), '--output', 'json')
    expect(result).toMatchObject({ code: 0, stderr: '' })
    const { file, name, facts } = document(goldenFileDocumentSchema, result)
    expect({ file, name, facts }).toEqual({
      file: '__golden__/greet.json',
      name: 'greet',
      facts: 2,
    })

    const golden = await readGolden(join(project.root, file))
    if (golden === undefined) throw new Error('nothing was written')
    const { default: op } = await import(pathToFileURL(join(project.root, WORKFLOW)).href)
    const before = greeter.requests.length
    const { differences, report } = await verifyOp(golden, op, {})
    expect(differences).toEqual([])
    expect(report.output).toMatchObject({ text: 'hello Ada' })
    expect(greeter.requests).toHaveLength(before)
  })

  it('gives the same bytes again, and says what a test writes', async () => {
    const first = await call('golden', runId, '-o', 'one.json')
    expect(first.stdout).toContain("await golden('one', op)")
    const text = await readFile(join(project.root, 'one.json'), 'utf8')
    expect((await call('golden', runId, '-o', 'one.json')).code).toBe(0)
    expect(await readFile(join(project.root, 'one.json'), 'utf8')).toBe(text)
    expect(text).not.toContain(runId)
    expect(text).not.toContain(greeter.address)
  })

  it('does not write over a file that says something else, unless it is told to', async () => {
    await call('golden', runId, '-o', 'two.json')
    const other = await run() // at another time
    const refused = await call('golden', other, '-o', 'two.json', '--output', 'json')
    expect(refused.code).toBe(6)
    expect(errorDocumentSchema.parse(JSON.parse(refused.stderr))).toMatchObject({
      error: { code: 'golden_refused' },
    })
    expect((await call('golden', other, '-o', 'two.json', '--force')).code).toBe(0)
  })

  it('refuses a file that is no golden run, a name that is none, and a run that is not there', async () => {
    await writeFile(join(project.root, 'three.json'), '{}')
    expect((await call('golden', runId, '-o', 'three.json')).code).toBe(1)
    expect(await readFile(join(project.root, 'three.json'), 'utf8')).toBe('{}')
    expect((await call('golden', runId, '-o', 'four.txt')).code).toBe(2)
    expect((await call('golden', '00000000')).code).toBe(4)
  })
})
