import { canonicalize } from '@mfm/canonical-json'
import type { JsonObject, JsonPointer, JsonValue } from '@mfm/core-types'
import type { Difference } from '@mfm/engine'
import { MfmError } from '@mfm/errors'
import { SecretGuard } from '@mfm/secrets'

/** One place where the code of today is not what was recorded. */
export interface GoldenDifference {
  readonly kind: Difference['kind'] | 'unused' | 'input_changed' | 'result_changed'
  /** Where, in words: state, attempt, the sentence of the error. */
  readonly message: string
  readonly pointers: readonly PointerRow[]
}

export interface PointerRow {
  readonly pointer: JsonPointer
  readonly recorded?: JsonValue | undefined
  readonly produced?: JsonValue | undefined
}

const MAX_SHOWN = 20

/** Differences between a call of today and the nearest one that was recorded. */
const CALLS: ReadonlySet<string> = new Set(['missing', 'exhausted', 'diverged', 'refused'])
const MAX_VALUE = 200

/** The difference with the places of the error that it came from, where it names none itself. */
export function fromReplay(difference: Difference): GoldenDifference {
  const { kind, stateId, attempt, message, pointers, error } = difference
  const isSaid = stateId === null || message.includes(stateId)
  const place = isSaid ? '' : `${stateId}, attempt ${attempt}: `
  const rows = pointers.length > 0 ? pointers : pointersOfError(error?.details ?? null)
  return { kind, message: `${place}${message}`, pointers: rows }
}

/** What the errors of a provider say: `differences` for a key that diverged, else those of the nearest fact. */
export function pointersOfError(details: JsonValue): readonly PointerRow[] {
  const { differences, nearest } = asObject(details)
  const [first] = Array.isArray(nearest) ? nearest : []
  const rows = differences ?? asObject(first ?? null)['differences']
  if (!Array.isArray(rows)) return []
  return rows.map(asObject).map(({ pointer, recorded, requested }) => ({
    pointer: typeof pointer === 'string' ? pointer : '',
    recorded,
    produced: requested,
  }))
}

/** The error that fails the test. Its message shows each difference with both values. */
export function differentError(
  what: { readonly name: string; readonly path: string },
  differences: readonly GoldenDifference[],
  cause?: unknown,
): MfmError {
  const shown = differences.slice(0, MAX_SHOWN).flatMap(describe)
  const more = differences.length - MAX_SHOWN
  const lines = [
    `golden ${JSON.stringify(what.name)} differs from its recording ${what.path}`,
    ...shown,
    ...(more > 0 ? [`  and ${more} more`] : []),
  ]
  const guard = new SecretGuard({ mode: 'redact' })
  return new MfmError('golden_different', {
    message: guard.redactText(lines.join('\n')),
    details: { golden: what.name, kinds: differences.map(({ kind }) => kind) },
    cause,
  })
}

function describe({ kind, message, pointers }: GoldenDifference): string[] {
  const today = CALLS.has(kind) ? 'requested' : 'produced '
  const rows = pointers.slice(0, MAX_SHOWN)
  return [`  ${kind}  ${message}`, ...rows.flatMap((row) => describeRow(row, today))]
}

function describeRow({ pointer, recorded, produced }: PointerRow, today: string): string[] {
  return [
    `    at ${pointer === '' ? '(all of it)' : pointer}`,
    `      recorded   ${shownValue(recorded)}`,
    `      ${today}  ${shownValue(produced)}`,
  ]
}

function shownValue(value: JsonValue | undefined): string {
  if (value === undefined) return '(nothing)'
  const text = canonicalize(value)
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text
}

function asObject(value: JsonValue): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject) // `isArray` does not narrow a readonly array away
    : {}
}
