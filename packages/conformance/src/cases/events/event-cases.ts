import type { ConformanceCase } from '../../case.ts'
import { APPENDING } from './appending.ts'
import { CONCURRENCY } from './concurrency.ts'
import { DAMAGE } from './damage.ts'
import { FIDELITY } from './fidelity.ts'
import { EVENT_HISTORIES } from './histories.ts'
import { LISTING } from './listing.ts'
import { LOST_REPLIES } from './lost-replies.ts'
import { PROCESSES } from './processes.ts'
import { READING } from './reading.ts'
import { REFUSING } from './refusing.ts'
import { STREAMING } from './streaming.ts'
import { UNREACHABLE } from './unreachable.ts'
import { WATCHING } from './watching.ts'

/** ES-01 to ES-38, but for ES-14, which is a case of the models. */
export const EVENT_CASES: readonly ConformanceCase[] = [
  ...APPENDING,
  ...REFUSING,
  ...READING,
  ...STREAMING,
  ...FIDELITY,
  ...LISTING,
  ...CONCURRENCY,
  ...EVENT_HISTORIES,
  ...PROCESSES,
  ...DAMAGE,
  ...WATCHING,
  ...LOST_REPLIES,
  ...UNREACHABLE,
]
