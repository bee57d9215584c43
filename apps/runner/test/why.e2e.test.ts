import { errorDocumentSchema, runDocumentSchema, whyDocumentSchema } from '@mfm/runner'
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

beforeAll(async () => {
  greeter = await Greeter.start()
  project = await TemporaryProject.create()
  const run = await call('run', WORKFLOW, '--input', '{"name":"Ada"}', '-o', 'json')
  runId = document(runDocumentSchema, run).runId
})
afterAll(async () => {
  await greeter[Symbol.asyncDispose]()
  await project[Symbol.asyncDispose]()
})

describe('mfm why', () => {
  it('tells the states, facts and reads behind a value', async () => {
    const result = await call('why', runId.slice(0, 8), 'output/text', '-o', 'json')
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(document(whyDocumentSchema, result)).toMatchObject({
      runId,
      pointer: '/greeting/text',
      value: 'hello Ada',
      root: {
        key: 'greeting',
        stateId: 'greet.main.write',
        facts: [{ namespace: 'now_millis' }],
        reads: [
          { key: 'person', stateId: null },
          {
            key: 'answer',
            stateId: 'greet.main.ask',
            facts: [{ namespace: 'http', request: { path: '/greet?name=Ada' } }],
            reads: [{ key: 'person', stateId: null }],
          },
        ],
      },
    })
    const text = await call('why', runId, '/greeting')
    const lines = text.stdout.trimEnd().split('\n')
    expect(lines).toContain('└─ answer  written by greet.main.ask #0 (event 4)')
    expect(lines.at(-1)).toBe('   └─ person  of the first context')
  })

  it('names what there is where there is nothing at the place', async () => {
    const { code, stderr } = await call('why', runId, '/greeting/at/hour', '-o', 'json')
    expect(code).toBe(4)
    expect(errorDocumentSchema.parse(JSON.parse(stderr)).error).toMatchObject({
      code: 'run_value_not_found',
      details: { there: ['/greeting/at'] },
    })
    const state = await call('why', runId, '/answer', '--at', 'greet.main.other', '-o', 'json')
    expect(errorDocumentSchema.parse(JSON.parse(state.stderr)).error.details).toMatchObject({
      there: ['greet.main.ask', 'greet.main.write'],
    })
  })
})
