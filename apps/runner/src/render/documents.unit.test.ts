import type { EventEnvelope, RunEvent, RunId, StateId } from '@mfm/core-types'
import {
  artifactIdSchema,
  digestSchema,
  opIdSchema,
  runIdSchema,
  stateIdSchema,
} from '@mfm/core-types'
import { describe, expect, it } from 'vitest'
import type { ReplayDocument } from '../output-schemas/replay-document.ts'
import type { RunDetailsDocument } from '../output-schemas/run-details-document.ts'
import type { RunDocument } from '../output-schemas/run-document.ts'
import { renderError } from './error.ts'
import { renderEvent } from './event.ts'
import type { Paint } from './paint.ts'
import { plain } from './paint.ts'
import { renderReplay, renderVerify } from './replay.ts'
import { renderRun } from './run.ts'
import { renderRunDetails } from './run-details.ts'
import { renderRunList } from './run-list.ts'

const RUN: RunId = runIdSchema.parse('3fa2c1d0-0000-4000-8000-000000000001')
const STATE: StateId = stateIdSchema.parse('audit.main.fetch')
const DIGEST = digestSchema.parse('a'.repeat(64))
const ARTIFACT = artifactIdSchema.parse('b'.repeat(64))
const OP = opIdSchema.parse('audit')
const MILLIS = Date.UTC(2026, 10, 23, 16, 0, 0)

const ERROR = {
  code: 'no_price',
  category: 'unknown',
  retryable: false,
  message: 'no price\nfor \u001b[31mit',
  details: null,
} as const

const FAILURE = { stateId: STATE, attempt: 1, error: ERROR }

const marked: Paint = (style, text) => `<${style}>${text}</>`

describe('a run', () => {
  const done: RunDocument = {
    runId: RUN,
    phase: 'completed',
    output: { total: 3 },
    head: { seq: 9, digest: DIGEST },
    failure: null,
  }

  it('is shown with its phase, its id and its output', () => {
    expect(renderRun(done, plain)).toEqual([
      `run    ${RUN}`,
      'phase  completed',
      `head   event 9, sha256 ${DIGEST}`,
      '',
      '{\n  "total": 3\n}',
    ])
  })

  it('that failed says where and why, on lines of its own', () => {
    const lines = renderRun({ ...done, phase: 'failed', output: null, failure: FAILURE }, marked)
    expect(lines).toContain('phase  <bad>failed</>')
    expect(lines.slice(-2)).toEqual([
      'failed in audit.main.fetch attempt 1',
      '  no_price: no price\\u000afor \\u001b[31mit',
    ])
  })

  it('that met a limit names no state', () => {
    const failure = { stateId: null, attempt: null, error: ERROR }
    expect(renderRun({ ...done, phase: 'failed', output: null, failure }, plain)).toContain(
      'failed in the run',
    )
  })
})

describe('the list of runs', () => {
  const summary = {
    runId: RUN,
    headSeq: 12,
    opId: OP,
    phase: 'failed',
    startedAtMillis: MILLIS,
    updatedAtMillis: MILLIS + 1500,
  } as const

  it('has one line per run, with the whole id', () => {
    expect(
      renderRunList({ runs: [summary, { ...summary, opId: null }], next: null }, plain),
    ).toEqual([
      'PHASE      RUN                                   OP     EVENTS  STARTED                   TOOK',
      `failed     ${RUN}  audit  12      2026-11-23T16:00:00.000Z  1.5 s`,
      `failed     ${RUN}  -      12      2026-11-23T16:00:00.000Z  1.5 s`,
    ])
  })

  it('is empty without runs', () => {
    expect(renderRunList({ runs: [], next: null }, plain)).toEqual([])
  })

  it('stays aligned when the phase is coloured', () => {
    const [, line] = renderRunList({ runs: [summary], next: null }, marked)
    expect(line).toMatch(/^<bad>failed<\/> {5}3fa2/)
  })
})

describe('the details of a run', () => {
  const details: RunDetailsDocument = {
    runId: RUN,
    phase: 'failed',
    workflow: {
      opId: OP,
      opVersion: '1.0.0',
      manifestId: ARTIFACT,
      input: { name: 'x' },
      outputKey: null,
      provenance: {
        sourceRevision: 'c'.repeat(40),
        lockfileDigest: null,
        runtime: 'node 24.0.0',
        platform: null,
        workflow: 'audit.workflow.ts',
      },
      forkOf: { runId: RUN, seq: 4, at: STATE },
    },
    startedAtMillis: MILLIS,
    updatedAtMillis: MILLIS + 61_000,
    durationMillis: 61_000,
    head: { seq: 9, digest: DIGEST },
    states: [
      {
        stateId: STATE,
        phase: 'failed',
        attempts: 2,
        facts: 1,
        startedAtMillis: MILLIS,
        endedAtMillis: MILLIS + 40,
        durationMillis: 40,
        lastError: ERROR,
      },
    ],
    facts: 1,
    output: null,
    failure: FAILURE,
    divergence: null,
    context: { long: 'y'.repeat(300), none: null },
  }

  it('name code, states, failure and context', () => {
    const lines = renderRunDetails(details, plain)
    expect(lines).toContain('op        audit 1.0.0')
    expect(lines).toContain('code      audit.workflow.ts')
    expect(lines).toContain(`fork of   ${RUN} at ${STATE}`)
    expect(lines).toContain(`revision  ${'c'.repeat(40)}`)
    expect(lines).toContain('took      1 min 01 s')
    expect(lines).toContain('  audit.main.fetch  failed  2 attempts  1 fact  40 ms  no_price')
    expect(lines).toContain('failed in audit.main.fetch attempt 1')
    expect(lines).toContain('  none  null')
    expect(lines.find((line) => line.startsWith('  long'))).toMatch(/^ {2}long {2}"y{98}…$/)
  })

  it('of a recording have no workflow and no states', () => {
    const recording = {
      ...details,
      phase: 'recording',
      workflow: null,
      states: [],
      failure: null,
      context: null,
    } as const
    expect(renderRunDetails(recording, plain)).toEqual([
      `run      ${RUN}`,
      'phase    recording',
      'started  2026-11-23T16:00:00.000Z',
      'took     1 min 01 s',
      `head     event 9, sha256 ${DIGEST}`,
      'facts    1',
    ])
  })
})

describe('an event', () => {
  const envelope = (event: RunEvent): EventEnvelope => ({
    runId: RUN,
    seq: 7,
    tsMillis: MILLIS,
    prev: DIGEST,
    event,
  })
  const PREFIX = '    7  2026-11-23T16:00:00.000Z  '

  it.each<[RunEvent, string]>([
    [
      {
        type: 'run_started',
        v: 1,
        opId: OP,
        opVersion: '1.0.0',
        manifestId: ARTIFACT,
        initialSnapshotId: ARTIFACT,
        planDigest: DIGEST,
        parent: null,
      },
      'run_started         audit 1.0.0',
    ],
    [
      { type: 'state_entered', v: 1, stateId: STATE, attempt: 1, baseSnapshotId: ARTIFACT },
      'state_entered       audit.main.fetch #1',
    ],
    [
      {
        type: 'state_failed',
        v: 1,
        stateId: STATE,
        attempt: 1,
        error: ERROR,
        failureSnapshotId: null,
        notBeforeMillis: null,
      },
      'state_failed        audit.main.fetch #1  no_price: no price\\u000afor \\u001b[31mit',
    ],
    [
      { type: 'fact_recorded', v: 1, key: 'price\n1', payloadId: ARTIFACT, meta: {} },
      'fact_recorded       key price\\u000a1',
    ],
    [
      {
        type: 'fact_recorded',
        v: 1,
        key: 'price',
        payloadId: ARTIFACT,
        meta: {
          v: 1,
          namespace: 'http',
          requestId: null,
          outcome: 'answered',
          stateId: STATE,
          attempt: 1,
          ordinal: 4,
        },
      },
      'fact_recorded       audit.main.fetch #1.4  http  answered  price',
    ],
    [
      {
        type: 'domain',
        v: 1,
        name: 'greeted',
        payload: { n: 1 },
        payloadRef: null,
        stateId: STATE,
        attempt: 0,
      },
      'domain              greeted  {"n":1}',
    ],
    [
      { type: 'history_summarized', v: 1, throughSeq: 256, summaryId: ARTIFACT },
      'history_summarized  through 256',
    ],
    [
      { type: 'run_completed', v: 1, status: 'failed', finalSnapshotId: ARTIFACT, error: ERROR },
      'run_completed       failed  no_price',
    ],
  ])('is one line: $type', (event, line) => {
    expect(renderEvent(envelope(event))).toBe(PREFIX + line)
  })

  it('is cut to the width of the terminal', () => {
    const event: RunEvent = {
      type: 'domain',
      v: 1,
      name: 'x'.repeat(300),
      payload: null,
      payloadRef: null,
      stateId: null,
      attempt: null,
    }
    expect(renderEvent(envelope(event), 80)).toHaveLength(80)
  })
})

describe('a verification', () => {
  const report: ReplayDocument = {
    runId: RUN,
    verdict: 'identical',
    divergence: 'strict',
    differences: [],
    allowed: [],
    notes: [],
    phase: 'completed',
    finalSnapshotId: ARTIFACT,
    output: { total: 3 },
    failure: null,
    counts: { states: 2, attempts: 3, events: 9, facts: 4, unusedFacts: 0, outsideEnds: 1 },
    unusedFacts: [],
    headDigest: DIGEST,
  }

  it('that found no difference says so first, with counts and digest', () => {
    expect(renderVerify(report, plain)).toEqual([
      `identical  ${RUN}`,
      '  states  2 completed in 3 attempts, 1 ended from outside',
      '  facts   4',
      `  head    event 9, sha256 ${DIGEST}`,
    ])
  })

  const difference: ReplayDocument['differences'][number] = {
    kind: 'missing',
    stateId: STATE,
    attempt: 0,
    call: { key: 'price', namespace: 'http', ordinal: 2 },
    seq: 3,
    message: 'the run has no fact "price"',
    pointers: [
      { pointer: '/path', recorded: '/a', produced: '/b' },
      { pointer: '/new', produced: 1 },
    ],
    error: {
      code: 'missing_fact',
      category: 'rpc',
      retryable: false,
      message: 'no fact',
      details: null,
      help: 'Undo the change.',
    },
    location: { today: 'audit.workflow.ts:12:24', recorded: 'audit.workflow.ts:9:24' },
    nearest: [
      {
        key: 'price-1',
        namespace: 'http',
        stateId: STATE,
        attempt: 0,
        ordinal: 2,
        isUsed: false,
        location: null,
        differences: [{ pointer: '/path', recorded: '/a', produced: '/b' }],
      },
    ],
    command: `mfm fork ${RUN} --at ${STATE} --live`,
  }

  it('shows what differs: where, both sides, the nearest fact, the way out', () => {
    const lines = renderVerify(
      {
        ...report,
        verdict: 'different',
        differences: [difference, ...Array.from({ length: 9 }, () => difference)],
      },
      plain,
    )
    expect(lines.filter((line) => line.startsWith('missing'))).toHaveLength(5)
    expect(lines[0]).toBe(`different  ${RUN}`)
    expect(lines.slice(5, 23)).toEqual([
      'missing: the run has no fact "price"',
      '  state        audit.main.fetch attempt 0',
      '  call         #0.2  http',
      '  key          price',
      '  asked at     audit.workflow.ts:12:24',
      '  recorded at  audit.workflow.ts:9:24',
      '  event        3',
      '  code         missing_fact',
      '  at /path',
      '    recorded  "/a"',
      '    produced  "/b"',
      '  at /new',
      '    recorded  (absent)',
      '    produced  1',
      '  nearest  audit.main.fetch #0.2  price-1',
      '    at /path  recorded "/a", asked "/b"',
      '  help: Undo the change.',
      `  next: mfm fork ${RUN} --at ${STATE} --live`,
    ])
  })

  it('tells what has no part in the verdict', () => {
    const pointers = [{ pointer: '/retry/maxAttempts', recorded: 1, produced: 3 }]
    const note = { kind: 'settings_changed', message: 'other settings', pointers } as const
    expect(renderVerify({ ...report, notes: [note] }, plain).slice(4)).toEqual([
      '',
      'settings_changed: other settings',
      '  at /retry/maxAttempts',
      '    recorded  1',
      '    produced  3',
    ])
  })

  it('keeps many places to one screen', () => {
    const pointers = Array.from({ length: 40 }, (_, index) => ({
      pointer: `/${index}`,
      produced: index,
    }))
    const lines = renderVerify({ ...report, differences: [{ ...difference, pointers }] }, plain)
    expect(lines.length).toBeLessThan(50)
    expect(lines).toContain('  … and 30 more places')
  })

  it('of a replay tells what it came to and which facts nobody asked for', () => {
    const counts = { ...report.counts, unusedFacts: 12 }
    const unusedFacts = Array.from({ length: 12 }, (_, index) => `fact-${index}`)
    const lines = renderReplay(
      { ...report, counts, unusedFacts, failure: FAILURE, phase: 'failed' },
      plain,
    )
    expect(lines).toContain('replay  failed')
    expect(lines).toContain('facts   4, 12 unused')
    expect(lines).toContain('  fact-9')
    expect(lines).not.toContain('  fact-10')
    expect(lines).toContain('  … and 2 more')
    expect(lines).toContain('failed in audit.main.fetch attempt 1')
    expect(lines.at(-1)).toBe('{\n  "total": 3\n}')
  })
})

describe('an error', () => {
  const error = {
    code: 'run_ambiguous',
    kind: 'invalid_input',
    message: 'several runs begin with 3f',
    details: { prefix: '3f', runs: ['3f1', '3f2'], nested: { a: 1 } },
    help: 'Give more digits.',
    causes: ['Error: \u001b[2J'],
  }

  it('says what happened, to what, and last what to do', () => {
    expect(renderError({ error }, plain)).toEqual([
      'error: several runs begin with 3f',
      '  code: run_ambiguous',
      '  runs: 3f1',
      '  runs: 3f2',
      '  nested: {"a":1}',
      '  because: Error: \\u001b[2J',
      'help: Give more digits.',
    ])
  })

  it('shows problems as sentences', () => {
    const details = {
      problems: [
        { pointer: '/a', problem: 'expected a string' },
        { pointer: '', problem: 'too short' },
      ],
    }
    const lines = renderError({ error: { ...error, details } }, plain)
    expect(lines).toContain('  problems: expected a string at /a')
    expect(lines).toContain('  problems: too short')
  })

  it('fits one screen', () => {
    const details = { runs: Array.from({ length: 100 }, (_, index) => `run-${index}`) }
    const message = 'm'.repeat(10_000)
    const lines = renderError({ error: { ...error, message, details } }, plain)
    expect(lines.length).toBeLessThan(24)
    expect(lines[0]?.length).toBeLessThan(2100)
    expect(lines).toContain('  … and 88 more; --output json has them all')
  })
})
