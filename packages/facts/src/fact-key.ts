import type { ArtifactId, FactKey, IoScope, StateId } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'

/** Facts whose key is made of the attempt and an ordinal alone. */
export type DerivedKind = 'now_millis' | 'random_bytes'

export interface CallKeyParts {
  readonly namespace: string
  readonly stateId: StateId
  readonly requestId: ArtifactId
  /** How many identical calls the attempt made before this one. */
  readonly occurrence: number
}

const DERIVED = /^mfm:(?:(?:now_millis|random_bytes|failed)\|run:|rerun\|req:)/
const DERIVED_PARTS =
  /^mfm:(now_millis|random_bytes|failed)\|run:([^|]+)\|state:([^|]+)\|attempt:(\d{1,15})\|(.*)$/s

/** What a key that names an attempt says. */
export interface AttemptKeyParts {
  readonly kind: DerivedKind | 'failed'
  readonly runId: string
  readonly stateId: string
  readonly attempt: number
  /** What tells it from the others of its kind in the attempt. */
  readonly rest: string
}

/** Reads a key that names its run and its attempt; `undefined` for any other. */
export function attemptKeyParts(key: FactKey): AttemptKeyParts | undefined {
  const match = DERIVED_PARTS.exec(key)
  if (match === null) return undefined
  const [, kind, runId = '', stateId = '', attempt, rest = ''] = match
  if (kind !== 'now_millis' && kind !== 'random_bytes' && kind !== 'failed') return undefined
  return { kind, runId, stateId, attempt: Number(attempt), rest }
}

/** The key of a recorded time or of recorded noise. */
export function derivedKey(kind: DerivedKind, scope: IoScope, ordinal: number): FactKey {
  return `mfm:${kind}|${attemptPart(scope)}|ord:${ordinal}`
}

/**
 * The key of a call that was given none. It names no attempt, so a retry finds the answers of the attempts before,
 * and no position, so the order of concurrent calls does not matter.
 */
export function callKey({ namespace, stateId, requestId, occurrence }: CallKeyParts): FactKey {
  const first = `mfm:${namespace}|state:${stateId}|req:${requestId}`
  return occurrence === 0 ? first : `${first}|occ:${occurrence}`
}

/** The key of one failed try at a call. The caller's key stays unbound, so that the next try can be answered. */
export function failureKey(
  scope: IoScope,
  { key, tries }: { readonly key: FactKey; readonly tries: number },
): FactKey {
  return `mfm:failed|${attemptPart(scope)}|occ:${tries}|key:${key}`
}

/** The key of the answer to a request that is not the one which a chosen key is bound to. */
export function rerunKey(key: FactKey, requestId: ArtifactId): FactKey {
  return `mfm:rerun|req:${requestId}|key:${key}`
}

function attemptPart({ runId, stateId, attempt }: IoScope): string {
  return `run:${runId}|state:${stateId}|attempt:${attempt}`
}

/**
 * Checks a key that a caller chose: any well-formed text, but none that belongs to a time, to noise, to a failure
 * or to a call that was made again.
 *
 * @throws MfmError `invalid_id`; the text is not echoed
 */
export function parseCallerKey(value: unknown): FactKey {
  if (typeof value === 'string' && value.isWellFormed() && !DERIVED.test(value)) return value
  throw new MfmError('invalid_id', {
    message: 'a fact key is well-formed text that does not begin like a derived key',
    details: { id: 'fact_key' },
  })
}
