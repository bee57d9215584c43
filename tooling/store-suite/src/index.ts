import { APPEND_CASES } from './append-cases.ts'
import { ATOMIC_CASES } from './atomic-cases.ts'
import { CONCURRENCY_CASES } from './concurrency-cases.ts'
import { FIDELITY_CASES } from './fidelity-cases.ts'
import { LIFECYCLE_CASES } from './lifecycle-cases.ts'
import { LISTING_CASES } from './listing-cases.ts'
import { READING_CASES } from './reading-cases.ts'
import type { StoreCase } from './store-case.ts'

export type { CaseContext, OpenOptions, StoreCase } from './store-case.ts'

/** Every case, by area. */
export const STORE_CASES: ReadonlyMap<string, readonly StoreCase[]> = new Map([
  ['append', APPEND_CASES],
  ['concurrency', CONCURRENCY_CASES],
  ['reading', READING_CASES],
  ['fidelity', FIDELITY_CASES],
  ['listing', LISTING_CASES],
  ['commits', ATOMIC_CASES],
  ['lifecycle', LIFECYCLE_CASES],
])
