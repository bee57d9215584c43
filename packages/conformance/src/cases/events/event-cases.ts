import type { ConformanceCase } from '../../case.ts'
import { APPENDING } from './appending.ts'
import { CONCURRENCY } from './concurrency.ts'
import { FIDELITY } from './fidelity.ts'
import { EVENT_HISTORIES } from './histories.ts'
import { LISTING } from './listing.ts'
import { PROCESSES } from './processes.ts'
import { READING } from './reading.ts'
import { REFUSING } from './refusing.ts'

/** ES-01 to ES-38, but for ES-14, which is a case of the models. */
export const EVENT_CASES: readonly ConformanceCase[] = [
  ...APPENDING,
  ...REFUSING,
  ...READING,
  ...FIDELITY,
  ...LISTING,
  ...CONCURRENCY,
  ...EVENT_HISTORIES,
  ...PROCESSES,
]
