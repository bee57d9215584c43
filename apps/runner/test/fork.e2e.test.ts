import { readFile } from 'node:fs/promises'
import type { EventEnvelope } from '@mfm/core-types'
import {
  errorDocumentSchema,
  eventListDocumentSchema,
  forkDocumentSchema,
  replayDocumentSchema,
  runDetailsDocumentSchema,
  runDocumentSchema,
} from '@mfm/runner'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Greeter } from './greeter.ts'
import type { MfmResult } from './mfm.ts'
import { document, mfm } from './mfm.ts'
import { TemporaryProject } from './temporary-project.ts'

const WORKFLOW = 'audit.workflow.ts'
const SOURCE = new URL('./fixtures/audit.workflow.ts', import.meta.url)
const NAMES = ['Ada', 'Bea', 'Cid']

let greeter: Greeter
let project: TemporaryProject
let parent = ''

beforeAll(async () => {
  greeter = await Greeter.start()
  project = await TemporaryProject.create()
  await project.put(WORKFLOW, await readFile(SOURCE, 'utf8'))
  const input = JSON.stringify(NAMES)
  const result = await call('run', WORKFLOW, '--input', input, '--output', 'json')
  parent = document(runDocumentSchema, result).runId
  greeter.requests.length = 0
})
afterAll(async () => {
  await greeter[Symbol.asyncDispose]()
  await project[Symbol.asyncDispose]()
})

/** The server can be reached, so that a request would be seen. */
const call = async (...args: readonly string[]): Promise<MfmResult> =>
  await mfm(args, { cwd: project.root, env: { MFM_ENDPOINT_GREETER: greeter.address } })

const eventsOf = async (runId: string): Promise<readonly EventEnvelope[]> =>
  document(eventListDocumentSchema, await call('events', runId, '-o', 'json')).events

const answerOf = (text: string): string =>
  JSON.stringify({ kind: 'http_response', v: 1, status: 200, headers: {}, body: { text } })

const errorCode = ({ stdout, stderr }: MfmResult): string => {
  expect(stdout).toBe('')
  return errorDocumentSchema.parse(JSON.parse(stderr)).error.code
}

describe('mfm fork', () => {
  it('with one answer changed gives a run that differs there alone, and its parent is as it was', async () => {
    const before = await eventsOf(parent)
    const edit = `ask#1=${answerOf('adieu Bea')}`
    const result = await call(
      ...['fork', parent.slice(0, 8), '--at', 'ask', '--set-fact', edit, '-o', 'json'],
    )
    expect(result).toMatchObject({ code: 0, stderr: '' })
    const child = document(forkDocumentSchema, result)
    expect(child).toMatchObject({
      phase: 'completed',
      parent: { runId: parent },
      facts: { reused: 4, edited: 1, recorded: 0, unused: 0 },
      states: [
        {
          change: 'changed',
          differences: [{ pointer: '/answers/Bea', parent: 'hello Bea', fork: 'adieu Bea' }],
        },
        { change: 'unchanged', differences: [] },
        { change: 'changed' },
      ],
      outputs: {
        differences: [{ pointer: '/rows/1/text', parent: 'hello Bea', fork: 'adieu Bea' }],
      },
    })
    expect(greeter.requests).toEqual([])
    expect(await eventsOf(parent)).toEqual(before)

    const verified = await call('verify', child.runId, '-o', 'json')
    expect(verified.code).toBe(0)
    expect(document(replayDocumentSchema, verified)).toMatchObject({
      verdict: 'identical',
      output: child.outputs.fork,
    })
    const details = await call('show', child.runId, '-o', 'json')
    expect(document(runDetailsDocumentSchema, details).workflow?.forkOf).toEqual({
      ...child.parent,
      at: 'audit.main.ask',
    })
    const again = await call('fork', child.runId, '--at', 'check', '-o', 'json')
    expect(document(forkDocumentSchema, again)).toMatchObject({
      parent: { runId: child.runId },
      states: [{ isSameSnapshot: true }, { isSameSnapshot: true }],
      outputs: { fork: child.outputs.fork, differences: [] },
    })
  })

  it('tells it to people', async () => {
    const result = await call(
      ...['fork', parent, '--at', 'audit.main.write', '--set-context', 'answers={"Zoe":"hi"}'],
    )
    expect(result.code).toBe(0)
    expect(result.stdout).toMatch(/^run {10}[0-9a-f-]{36}$/m)
    expect(result.stdout).toContain(`parent       ${parent} up to event`)
    expect(result.stdout).toContain('set context  answers = {"Zoe":"hi"}')
    expect(result.stdout).toMatch(/^changed {2}audit\.main\.write$/m)
    expect(result.stdout).toMatch(/^changed {2}the output$/m)
    expect(result.stderr).toMatch(/mfm verify [0-9a-f-]{36}/)
  })

  it('with other code refuses what was not recorded, and performs it where it may', async () => {
    const text = await readFile(SOURCE, 'utf8')
    await project.put(
      'louder.workflow.ts',
      text.replace('query: { name }', "query: { name: name.concat('!') }"),
    )
    const args = ['fork', parent, '--at', 'ask', '--with', 'louder.workflow.ts', '-o', 'json']
    const refused = await call(...args)
    expect(refused.code).toBe(3)
    expect(errorCode(refused)).toBe('missing_fact')
    expect(refused.stderr).toContain('--live')
    expect(greeter.requests).toEqual([])

    const live = await call(...args, '--live')
    expect(live).toMatchObject({ code: 0, stderr: '' })
    expect(greeter.requests).toHaveLength(3)
    expect(document(forkDocumentSchema, live)).toMatchObject({
      facts: { reused: 1, recorded: 3, unused: 3 },
      outputs: { differences: [{ pointer: '/rows/0/text', fork: 'hello Ada!' }, {}, {}] },
    })
  })

  it('refuses what makes no sense, each with its exit code', async () => {
    const json = ['-o', 'json'] as const
    const nowhere = await call('fork', parent, '--at', 'nowhere', ...json)
    expect([nowhere.code, errorCode(nowhere)]).toEqual([4, 'fork_state_unknown'])
    expect(nowhere.stderr).toContain('audit.main.ask')
    const noFact = await call('fork', parent, '--at', 'ask', '--set-fact', 'aks#0=1', ...json)
    expect([noFact.code, errorCode(noFact)]).toEqual([4, 'fork_fact_unknown'])
    const noJson = await call('fork', parent, '--at', 'ask', '--set-fact', 'ask#0=hello', ...json)
    expect([noJson.code, errorCode(noJson)]).toEqual([2, 'invalid_option'])
    const shape = await call('fork', parent, '--at', 'write', '--set-context', 'names=1', ...json)
    expect([shape.code, errorCode(shape)]).toEqual([2, 'context_value_invalid'])
    const secretive = `ask#0=${answerOf('see https://ada:hunter22@db.example/')}`
    const secret = await call('fork', parent, '--at', 'ask', '--set-fact', secretive, ...json)
    expect([secret.code, errorCode(secret)]).toEqual([2, 'secrets_detected'])
    expect(secret.stderr).not.toContain('hunter22')
    const taken = await call('fork', parent, '--at', 'ask', '--run-id', parent, ...json)
    expect([taken.code, errorCode(taken)]).toEqual([6, 'run_already_exists'])
    const noState = await call('fork', parent, ...json)
    expect(noState.code).toBe(2)
  })
})
