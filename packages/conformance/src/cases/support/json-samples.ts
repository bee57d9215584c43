import type { JsonValue, RunEvent, RunId } from '@mfm/core-types'
import { domainEvent, factEvent, idOf, STATE } from './samples.ts'

function nested(depth: number): JsonValue {
  return depth === 0 ? 1 : [nested(depth - 1)]
}

/** Values that come back with the same canonical bytes, and equal. */
export const EXACT_JSON: readonly JsonValue[] = [
  0,
  '',
  false,
  null,
  [],
  {},
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
  9007199254740993n,
  -(2n ** 63n),
  2n ** 64n - 1n,
  0.1,
  -1.5e-7,
  5e-324,
  1.7976931348623157e308,
  nested(200),
  JSON.parse('{"__proto__":{"a":1},"constructor":2,"toString":3}'),
  { nothing: null, list: [null, false, 0, ''], deep: { nothing: null } },
  { b: 1, a: 2, '': 3, é: 4, '\u{1f600}': 5, '\ufb33': 6 },
]

/** Numbers whose canonical form is that of another JavaScript value. */
export const RESPELT_NUMBERS: readonly number[] = [1e20, 2 ** 60, 1e21, -0, 1e300]

/** Text that careless stores cut, normalise, escape twice or refuse. */
export const HOSTILE_TEXTS: readonly string[] = [
  'nul \u0000 nul',
  'lines \u2028 and \u2029',
  '\u{1f469}\u{200d}\u{1f680}',
  'caf\u00e9',
  'cafe\u0301',
  '\u0647\u0644\u0648',
  '\u202e reversed',
  '\ufeff mark',
  '"quoted" \\ back\\ud800slash \\u0041',
  '\r\n\t\b\f\u001f\u007f',
]

function cyclic(): unknown {
  const value: { self?: unknown } = {}
  value.self = value
  return value
}

/** What has no canonical form. */
export const REFUSED_JSON: readonly unknown[] = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  undefined,
  { a: undefined },
  [undefined],
  () => 1,
  Symbol('x'),
  new Date(0),
  new Map([[1, 2]]),
  'lone \ud800',
  { '\udc00': 1 },
  2n ** 64n,
  cyclic(),
]

/** What is not a run id. */
export const FOREIGN_RUN_IDS: readonly unknown[] = [
  '',
  '../etc/passwd',
  '%2F',
  'a:b',
  '*',
  '{tag}',
  'a\r\nb',
  'constructor',
  '__proto__',
  'x'.repeat(5000),
  '11111111-2222-4333-8444-55555555555',
  '11111111-2222-4333-8444-5555555555555',
  '11111111-2222-4333-8444-55555555555A',
  undefined,
  7,
]

const ID = idOf('any')

/** One event of every type, each member set. */
export function kernelEvents(parent: RunId): readonly RunEvent[] {
  return [
    {
      type: 'run_started',
      v: 1,
      opId: 'audit' as never,
      opVersion: '1.0.0 \u00e9 \\ud',
      manifestId: ID,
      initialSnapshotId: ID,
      planDigest: idOf('plan') as never,
      parent: { runId: parent, seq: 3 },
    },
    { type: 'state_entered', v: 1, stateId: STATE, attempt: 0, baseSnapshotId: ID },
    factEvent('a key with "quotes" and \u0000', ID),
    {
      type: 'fact_recorded',
      v: 1,
      key: '',
      payloadId: ID,
      meta: {
        v: 1,
        namespace: 'http',
        requestId: null,
        outcome: 'failed',
        stateId: STATE,
        attempt: 1,
        ordinal: 2,
        attachments: [ID],
      },
    },
    {
      type: 'state_failed',
      v: 1,
      stateId: STATE,
      attempt: 0,
      error: {
        code: 'price_too_old',
        category: 'off_chain',
        retryable: true,
        message: 'too old',
        details: { exact: 9007199254740993n },
      },
      failureSnapshotId: null,
      notBeforeMillis: 1_700_000_000_000,
    },
    { type: 'state_completed', v: 1, stateId: STATE, attempt: 1, contextSnapshotId: ID },
    { type: 'history_summarized', v: 1, throughSeq: 6, summaryId: ID },
    domainEvent({ last: true }),
    { type: 'run_completed', v: 1, status: 'completed', finalSnapshotId: ID, error: null },
  ]
}
