import type { FactKey, IoCall, IoScope, JsonObject, NumberProfile } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { AskedCall } from '@mfm/facts'
import {
  attemptKeyParts,
  callKey,
  derivedKey,
  failureKey,
  identifyRequest,
  parseNamespace,
  refuseSecrets,
  requestOf,
} from '@mfm/facts'
import type { SecretGuard } from '@mfm/secrets'
import type { FactSource } from './fact-source.ts'
import type { NearFact } from './nearest-facts.ts'
import { describeNear, nearestFacts, nearestOfKind, nearestTo } from './nearest-facts.ts'

export interface Missing {
  readonly scope: IoScope
  readonly source: FactSource
  /** Whether the attempt may be made again. */
  readonly retryable: boolean
}

/** The error for a call that the run did not record, or not so often. */
export async function missingCall(asked: AskedCall, missing: Missing): Promise<MfmError> {
  const { scope, source } = missing
  const recorded = timesRecorded(asked, scope, source)
  const request = requestOf(asked.identity)
  const near = await nearestFacts({ ...asked, request }, scope, source)
  if (recorded > 0) return exhausted(asked, recorded, { ...missing, near })
  const details = {
    key: asked.key,
    namespace: asked.namespace,
    ...place(scope, asked),
    request,
    nearest: near.map(describeNear),
  }
  const [first] = near
  const message = `the run ${source.runId} has no fact ${JSON.stringify(asked.key)}, asked by ${where(scope, asked.ordinal)}${nearText(first, asked)}`
  return missingError('missing_fact', { message, details, help: helpFor(first, asked) }, missing)
}

/** An operation of an attempt. */
export interface AskedPlace {
  readonly ordinal: number
  /** Where the code asks. */
  readonly location?: string | undefined
}

export interface Unrecorded extends Omit<Missing, 'retryable'>, AskedPlace {
  readonly guard: SecretGuard
  readonly numbers: NumberProfile | undefined
}

/** The error for a call that is made without being recorded. */
export async function unrecordedCall(
  call: Pick<IoCall, 'namespace' | 'request'>,
  unrecorded: Unrecorded,
): Promise<MfmError> {
  const namespace = parseNamespace(call.namespace)
  const known = await describeUnrecorded({ ...call, namespace }, unrecorded)
  const details = { namespace, ...place(unrecorded.scope, unrecorded), ...known }
  return new MfmError('missing_fact_key', { details })
}

async function describeUnrecorded(
  { namespace, request }: Pick<IoCall, 'namespace' | 'request'>,
  { scope, source, guard, numbers, ordinal }: Unrecorded,
): Promise<JsonObject> {
  try {
    const identity = identifyRequest(request, numbers)
    refuseSecrets(guard, { request: identity.redacted })
    const asked = { namespace, ordinal, request: requestOf(identity) }
    return { request: asked.request, nearest: await nearestTo(asked, scope, source) }
  } catch {
    // Nothing is recorded of such a call, so nothing is asked of its request.
    return {}
  }
}

/** The error for a value, a time or noise that the run did not record. */
export function missingKey(key: FactKey, asked: AskedPlace, missing: Missing): MfmError {
  const { ordinal } = asked
  const { scope, source } = missing
  const { namespace, instead } = derivedPlace(key, missing)
  const other = instead === undefined ? '' : `, where the run recorded ${instead}`
  const message = `the run ${source.runId} has no fact ${JSON.stringify(key)}, asked by ${where(scope, ordinal)}${other}`
  const details = {
    key,
    ...(namespace === undefined ? {} : { namespace }),
    ...(instead === undefined ? {} : { recordedNamespace: instead }),
    ...place(scope, asked),
    nearest: namespace === undefined ? [] : nearestOfKind({ namespace, ordinal }, scope, source),
  }
  return missingError('missing_fact', { message, details }, missing)
}

/** What a derived key asks for, and what the run recorded in its place. */
function derivedPlace(
  key: FactKey,
  { scope, source }: Missing,
): { readonly namespace?: string | undefined; readonly instead?: string | undefined } {
  const parts = attemptKeyParts(key)
  if (parts === undefined) return { namespace: 'value' }
  if (parts.kind === 'failed') return {}
  const other = parts.kind === 'now_millis' ? 'random_bytes' : 'now_millis'
  const number = Number(parts.rest.replace('ord:', ''))
  const isOther = source.facts.has(derivedKey(other, scope, number))
  return { namespace: parts.kind, instead: isOther ? other : undefined }
}

/** How many identical calls before this one have a fact, be it an answer or a failure. */
function timesRecorded(asked: AskedCall, scope: IoScope, { facts }: FactSource): number {
  if (asked.occurrence === undefined) return 0
  const { stateId } = scope
  const requestId = asked.identity.artifact.id
  let count = 0
  while (count < asked.occurrence) {
    const key = callKey({ namespace: asked.namespace, stateId, requestId, occurrence: count })
    if (!facts.has(key) && !facts.has(failureKey(scope, { key, tries: 0 }))) break
    count += 1
  }
  return count
}

function exhausted(
  asked: AskedCall,
  recorded: number,
  missing: Missing & { readonly near: readonly NearFact[] },
): MfmError {
  const times = (asked.occurrence ?? 0) + 1
  const message = `the run recorded this call ${recorded} times, and ${where(missing.scope, asked.ordinal)} asks for it the ${times}th time`
  const details = {
    key: asked.key,
    namespace: asked.namespace,
    ...place(missing.scope, asked),
    request: requestOf(asked.identity),
    recorded,
    asked: times,
    nearest: missing.near.map(describeNear),
  }
  return missingError('fact_exhausted', { message, details }, missing)
}

function missingError(
  code: 'missing_fact' | 'fact_exhausted',
  text: {
    readonly message: string
    readonly details: JsonObject
    readonly help?: string | undefined
  },
  { retryable }: Missing,
): MfmError {
  const { message, details, help } = text
  if (!retryable) return new MfmError(code, { message, details, help })
  const traits = { scope: 'io', kind: 'missing_fact', help } as const
  return new MfmError(
    { code, category: 'rpc', retryable, message, details },
    { details, help, traits },
  )
}

function place({ stateId, attempt }: IoScope, { ordinal, location }: AskedPlace): JsonObject {
  return { stateId, attempt, ordinal, ...(location !== undefined && { location }) }
}

function where({ stateId, attempt }: IoScope, ordinal: number): string {
  return `${stateId} (attempt ${attempt}, operation ${ordinal})`
}

function pointersOf({ differences }: NearFact): string {
  return differences
    .slice(0, 3)
    .map(({ pointer }) => pointer || 'the whole request')
    .join(', ')
}

function nearText(near: NearFact | undefined, { namespace }: AskedCall): string {
  if (near === undefined) return ''
  if (near.meta.namespace !== namespace) {
    return `; the nearest recorded call is one of ${near.meta.namespace}, not ${namespace}`
  }
  if (near.differences.length === 0) return ''
  return `; the nearest recorded call differs at ${pointersOf(near)}`
}

function helpFor(near: NearFact | undefined, { namespace }: AskedCall): string | undefined {
  if (near === undefined) {
    return 'The run recorded no call like it. Take the new call out of the code, or make a new run.'
  }
  if (near.meta.namespace !== namespace) {
    return `Undo the change of the namespace ${near.meta.namespace}, or make a new run.`
  }
  if (near.differences.length === 0) return undefined
  return `Undo the change of the request at ${pointersOf(near)}, or make a new run.`
}
