import type { FactKey, StateId } from '@mfm/core-types'
import type { RecordedFact } from './recorded-fact.ts'

/** The state under which a program without an engine records. */
export const PROGRAM_STATE: StateId = 'program.main.main' as StateId // three segments, by construction

/** The highest attempt of a state that recorded something; `undefined` where none did. */
export function lastAttempt(
  facts: ReadonlyMap<FactKey, RecordedFact>,
  stateId: StateId,
): number | undefined {
  let last: number | undefined
  for (const { meta } of facts.values()) {
    if (meta?.stateId === stateId && meta.attempt >= (last ?? 0)) last = meta.attempt
  }
  return last
}
