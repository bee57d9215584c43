import type { FactKey, IoCall, IoScope, NumberProfile } from '@mfm/core-types'
import type { AttemptCounters } from './attempt-counters.ts'
import { callKey, parseCallerKey, rerunKey } from './fact-key.ts'
import type { RequestIdentity } from './identify-request.ts'
import { identifyRequest } from './identify-request.ts'
import { parseNamespace } from './namespace.ts'

/** A call that is to be recorded or answered from a record, with everything that its place in the attempt decides. */
export interface AskedCall {
  readonly namespace: string
  readonly identity: RequestIdentity
  readonly key: FactKey
  /** Which try at the key this is; a key that was made of the call is tried once. */
  readonly tries: number
  /** How many identical calls came before; `undefined` where the caller chose the key. */
  readonly occurrence: number | undefined
  readonly ordinal: number
  /** The key that the caller chose, where the call is made under another one because its request changed. */
  readonly supersedes?: FactKey | undefined
  /** Where the code asks, for runs that record it. */
  readonly location?: string | undefined
}

export interface Asking {
  readonly scope: IoScope
  readonly counters: AttemptCounters
  readonly numbers?: NumberProfile | undefined
}

/**
 * Places a call in its attempt, at the moment it is made. A call that is refused here has consumed no number.
 *
 * @param givenKey the key that the caller chose; without one it is made of the state, the request and its occurrence
 * @throws MfmError `invalid_id`; `json_not_representable` and the like where the request has no canonical form
 */
export function askCall(
  call: Pick<IoCall, 'namespace' | 'request'>,
  givenKey: FactKey | undefined,
  { scope, counters, numbers }: Asking,
): AskedCall {
  const namespace = parseNamespace(call.namespace)
  const chosen = givenKey === undefined ? undefined : parseCallerKey(givenKey)
  const identity = identifyRequest(call.request, numbers)
  const common = { namespace, identity }
  if (chosen !== undefined) {
    const tries = counters.nextTry(chosen)
    return {
      ...common,
      key: chosen,
      tries,
      occurrence: undefined,
      ordinal: counters.nextOperation(),
    }
  }
  const parts = { namespace, stateId: scope.stateId, requestId: identity.artifact.id }
  const first = callKey({ ...parts, occurrence: 0 })
  const occurrence = counters.nextOccurrence(first)
  const key = occurrence === 0 ? first : callKey({ ...parts, occurrence })
  return { ...common, key, tries: 0, occurrence, ordinal: counters.nextOperation() }
}

/** The same call under the key that it has where its chosen key is bound to another request. */
export function supersedingCall(asked: AskedCall): AskedCall {
  const { key } = asked
  return { ...asked, key: rerunKey(key, asked.identity.artifact.id), supersedes: key }
}
