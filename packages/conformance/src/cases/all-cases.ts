import type { ConformanceCase } from '../case.ts'

/** Every case of the suite, in the order of its ids. */
export const ALL_CASES: readonly ConformanceCase[] = []
