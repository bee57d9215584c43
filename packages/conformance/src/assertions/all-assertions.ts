import { ARTIFACT_ASSERTIONS } from './artifact-assertions.ts'
import type { Assertion } from './assertion.ts'
import { COMMON_ASSERTIONS } from './common-assertions.ts'
import { EVENT_ASSERTIONS } from './event-assertions.ts'
import { FACT_ASSERTIONS } from './fact-assertions.ts'

/** The contract, in the order of its ids. */
export const ALL_ASSERTIONS: readonly Assertion[] = [
  ...EVENT_ASSERTIONS,
  ...ARTIFACT_ASSERTIONS,
  ...FACT_ASSERTIONS,
  ...COMMON_ASSERTIONS,
]

/** The assertion that a case proves, such as `ES-10` for `ES-10b`. */
export function assertionOf(caseId: string): string {
  return caseId.replace(/[a-z]+$/, '')
}
