import { canonicalize, diffJson, parseJson } from '@mfm/canonical-json'
import type { EventEnvelope, JsonPointer, JsonValue, RunEvent } from '@mfm/core-types'
import type { Difference, DifferencePlace } from './replay-report.ts'

/** Of a difference that is about no call. */
export const NO_CALL: Pick<Difference, 'call' | 'location' | 'nearest'> = Object.freeze({
  call: null,
  location: { today: null, recorded: null },
  nearest: [],
})

/** Rows that a difference lists. */
const MAX_ROWS = 20

/** Holds the events of a replay against the recorded ones, one by one. */
export class EventComparison {
  readonly #recorded: readonly EventEnvelope[]
  #position = 0

  constructor(recorded: readonly EventEnvelope[]) {
    this.#recorded = recorded
  }

  /** The recorded event that comes after `count` more. */
  expectedAfter(count: number): EventEnvelope | undefined {
    return this.#recorded[this.#position + count]
  }

  /** The difference between what was produced and what comes next; `undefined` where they are the same. */
  next(produced: RunEvent): Difference | undefined {
    const expected = this.expectedAfter(0)
    this.#position += 1
    if (expected === undefined) return surplus(produced)
    const before = comparable(expected.event)
    const after = comparable(produced)
    if (canonicalize(before) === canonicalize(after)) return undefined
    return changed(expected, produced)
  }

  /** Goes to the event of a number, past what comes before it. */
  skipTo(seq: number): void {
    const place = this.#recorded.findIndex((envelope) => envelope.seq === seq)
    if (place !== -1) this.#position = Math.max(this.#position, place)
  }

  /** What was recorded and did not come. */
  end(): Difference | undefined {
    const expected = this.expectedAfter(0)
    if (expected === undefined) return undefined
    return {
      ...placeOf(expected.event),
      kind: 'event_changed',
      ...NO_CALL,
      seq: expected.seq,
      message: `the recorded ${expected.event.type} did not come`,
      pointers: [{ pointer: '', recorded: comparable(expected.event) }],
      error: null,
    }
  }
}

/** Moments take no part in a comparison, nor does what a failure says of the call that brought it about. */
function comparable(event: RunEvent): JsonValue {
  return parseJson(canonicalize(plain(event)), { integers: 'bigint' })
}

function plain(event: RunEvent): RunEvent {
  if (event.type !== 'state_failed') return event
  return { ...event, notBeforeMillis: null, error: { ...event.error, details: null } }
}

function surplus(produced: RunEvent): Difference {
  return {
    ...placeOf(produced),
    kind: 'event_changed',
    ...NO_CALL,
    seq: null,
    message: `a ${produced.type} came that was not recorded`,
    pointers: [{ pointer: '', produced: comparable(produced) }],
    error: null,
  }
}

function changed({ event, seq }: EventEnvelope, produced: RunEvent): Difference {
  const [before, after] = [comparable(event), comparable(produced)]
  const isSameType = event.type === produced.type
  const what = isSameType
    ? `the ${produced.type} came out otherwise`
    : `a ${produced.type} came where a ${event.type} was recorded`
  return {
    ...placeOf(produced),
    kind: 'event_changed',
    ...NO_CALL,
    seq,
    message: what,
    pointers: isSameType
      ? placesIn(before, after, '')
      : [{ pointer: '', recorded: before, produced: after }],
    error: null,
  }
}

/** Where two documents that stand at `place` differ. */
export function placesIn(
  recorded: JsonValue,
  produced: JsonValue,
  place: JsonPointer,
): DifferencePlace[] {
  return diffJson(recorded, produced, MAX_ROWS).map(({ pointer, requested, ...row }) => ({
    pointer: `${place}${pointer}`,
    ...row,
    ...(requested === undefined ? {} : { produced: requested }),
  }))
}

function placeOf(event: RunEvent): Pick<Difference, 'stateId' | 'attempt'> {
  return {
    stateId: 'stateId' in event ? event.stateId : null,
    attempt: 'attempt' in event ? event.attempt : null,
  }
}
