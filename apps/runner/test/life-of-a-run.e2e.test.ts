import { eventEnvelopeSchema } from '@mfm/core-types'
import {
  eventListDocumentSchema,
  replayDocumentSchema,
  runDetailsDocumentSchema,
  runDocumentSchema,
  runListDocumentSchema,
  runSummarySchema,
} from '@mfm/runner'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Greeter } from './greeter.ts'
import type { MfmResult } from './mfm.ts'
import { document, documents, mfm } from './mfm.ts'
import { TemporaryProject, WORKFLOW } from './temporary-project.ts'

let greeter: Greeter
let project: TemporaryProject
let runId = ''

beforeAll(async () => {
  greeter = await Greeter.start()
  project = await TemporaryProject.create()
  const result = await mfm(
    ['run', WORKFLOW, '--input', '{"name":"Ada","mode":"many"}', '--output', 'json'],
    { cwd: project.root, env: { MFM_ENDPOINT_GREETER: greeter.address } },
  )
  expect(result.stderr).toBe('')
  const run = document(runDocumentSchema, result)
  expect(run).toMatchObject({ phase: 'completed', output: { text: 'hello Ada' }, failure: null })
  runId = run.runId
})
afterAll(async () => {
  await greeter[Symbol.asyncDispose]()
  await project[Symbol.asyncDispose]()
})

const call = async (...args: readonly string[]): Promise<MfmResult> =>
  await mfm(args, { cwd: project.root })

const ESCAPE = '\u001b'

describe('a run that completed', () => {
  it('is shown', async () => {
    const json = await call('show', runId, '--output', 'json')
    const details = document(runDetailsDocumentSchema, json)
    expect(details).toMatchObject({
      runId,
      phase: 'completed',
      facts: 2,
      workflow: { opId: 'greet', provenance: { workflow: WORKFLOW } },
      output: { text: 'hello Ada' },
      context: { answer: 'hello Ada' },
    })
    expect(details.states.map(({ stateId, phase }) => [stateId, phase])).toEqual([
      ['greet.main.ask', 'completed'],
      ['greet.main.write', 'completed'],
    ])
    const text = await call('show', runId)
    expect(text).toMatchObject({ code: 0, stderr: '' })
    expect(text.stdout).toContain('greet.main.write')
  })

  it('gives its events: as a document, one a line, or a part of them', async () => {
    const whole = document(eventListDocumentSchema, await call('events', runId, '-o', 'json'))
    const lines = documents(eventEnvelopeSchema, await call('events', runId, '-o', 'jsonl'))
    expect(lines).toEqual(whole.events)
    expect(lines.at(-1)?.event.type).toBe('run_completed')
    const part = documents(
      eventEnvelopeSchema,
      await call('events', runId, '-o', 'jsonl', '--from', '2', '--to', '3'),
    )
    expect(part.map(({ seq }) => seq)).toEqual([2, 3])
    const text = await call('events', runId)
    expect(text.stdout.trimEnd().split('\n')).toHaveLength(lines.length)
  })

  it('is replayed and verified by its prefix, with the server gone and nothing asked of it', async () => {
    const before = greeter.requests.length
    const prefix = runId.slice(0, 8)
    // An address that answers, so that a request would be seen.
    const options = { cwd: project.root, env: { MFM_ENDPOINT_GREETER: greeter.address } }
    const replayed = await mfm(['replay', prefix, '-o', 'json'], options)
    expect(document(replayDocumentSchema, replayed)).toMatchObject({
      verdict: 'identical',
      phase: 'completed',
      output: { text: 'hello Ada' },
      unusedFacts: [],
    })
    const verified = await mfm(['verify', prefix, '-o', 'json'], options)
    expect(verified).toMatchObject({ code: 0, stderr: '' })
    expect(document(replayDocumentSchema, verified).verdict).toBe('identical')
    const text = await mfm(['verify', prefix], options)
    expect(text.stdout).toMatch(/^identical /)
    expect(greeter.requests).toHaveLength(before)
  })

  it('is listed', async () => {
    const list = document(runListDocumentSchema, await call('runs', '-o', 'json'))
    expect(list).toMatchObject({ runs: [{ runId, phase: 'completed', opId: 'greet' }], next: null })
    expect(documents(runSummarySchema, await call('runs', '-o', 'jsonl'))).toEqual(list.runs)
    const text = await call('runs')
    expect(text.stdout).toContain(runId)
    const none = await call('runs', '--phase', 'failed')
    expect(none).toMatchObject({ code: 0, stdout: '' })
    const empty = await call('runs', '--phase', 'failed', '--output', 'json')
    expect(document(runListDocumentSchema, empty)).toEqual({ runs: [], next: null })
  })

  it('is left as it is by a resume', async () => {
    const resumed = await call('resume', runId, '--output', 'json')
    expect(document(runDocumentSchema, resumed)).toMatchObject({ runId, phase: 'completed' })
  })
})

describe('the output', () => {
  it('has no escape byte where it is no terminal, or NO_COLOR says so', async () => {
    for (const env of [{}, { NO_COLOR: '1' }, { TERM: 'dumb' }]) {
      const { stdout, stderr } = await mfm(['show', runId], { cwd: project.root, env })
      expect(stdout + stderr).not.toContain(ESCAPE)
    }
    const { stderr } = await mfm(['show', 'zz'], { cwd: project.root, env: { NO_COLOR: '1' } })
    expect(stderr).not.toContain(ESCAPE)
  })

  it('is coloured where FORCE_COLOR says so, and never in JSON', async () => {
    const env = { FORCE_COLOR: '1' }
    const text = await mfm(['show', runId], { cwd: project.root, env })
    expect(text.stdout).toContain(ESCAPE)
    const json = await mfm(['show', runId, '-o', 'json'], { cwd: project.root, env })
    expect(json.stdout).not.toContain(ESCAPE)
  })

  it('may be cut short by its reader', async () => {
    const { code, stderr } = await mfm(['events', runId, '-o', 'jsonl'], {
      cwd: project.root,
      onStart: (child) => {
        child.stdout?.once('data', () => child.stdout?.destroy())
      },
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('proposes the next commands on standard error', async () => {
    const { stdout, stderr } = await call('resume', runId)
    expect(stdout).toMatch(/^run {4}/)
    expect(stdout).not.toContain('mfm')
    expect(stderr).toContain(`mfm verify ${runId}`)
  })
})
