import type { StateFailed } from '@mfm/core-types'

/** Ends that say nothing about the state: the retry policy does not count them. */
const UNCOUNTED: ReadonlySet<string> = new Set([
  'orphan_attempt_recovered',
  'attempt_interrupted',
  'run_deadline_exceeded',
])

/** Whether an attempt uses up one of the tries that the retry policy grants. */
export function countsAsTry({ error }: StateFailed): boolean {
  return !UNCOUNTED.has(error.code)
}

/**
 * Whether an attempt was ended by the world and not by its own code: a crash, a stop, a deadline. A replay cannot
 * bring such an end about, so it takes it as recorded.
 */
export function endedFromOutside(failed: StateFailed): boolean {
  return !countsAsTry(failed) || failed.error.code === 'attempt_deadline_exceeded'
}
