import type { IoScope } from '@mfm/core-types'
import type { AskedCall } from '@mfm/facts'
import { failureKey, isSameCall, supersedingCall } from '@mfm/facts'
import type { FactSource } from './fact-source.ts'

/**
 * A call under the key that its answer is recorded under: where a chosen key is bound to another request, the run may
 * have performed this one as well, under a key of its own.
 */
export function answeringCall(
  asked: AskedCall,
  scope: IoScope,
  { facts }: Pick<FactSource, 'facts'>,
): AskedCall {
  if (asked.occurrence !== undefined) return asked
  const bound = facts.get(asked.key)
  if (bound !== undefined && isSameCall(bound.meta, asked)) return asked
  const changed = supersedingCall(asked)
  return facts.has(changed.key) || facts.has(failureKey(scope, changed)) ? changed : asked
}
