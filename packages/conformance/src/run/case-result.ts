import type { ConformanceCase, Need } from '../case.ts'
import type { Exception } from '../harness.ts'

/** How a case ended. Only `passed` is a pass; an exception and a case that was not exercised are named instead. */
export type Outcome =
  | { readonly status: 'passed' }
  | { readonly status: 'failed'; readonly error: unknown }
  /** It failed, and the harness said beforehand that it would, and why. */
  | { readonly status: 'excepted'; readonly exception: Exception; readonly error: unknown }
  /** The harness lacks what the case needs. The level of its ports ends below it. */
  | { readonly status: 'not_exercised'; readonly missing: readonly Need[] }
  /** It is about a port or a capability that the adapter does not have. */
  | { readonly status: 'not_applicable' }

export type CaseResult = Outcome & {
  readonly case: ConformanceCase
  /** What the case had to say, in the order it said it. */
  readonly notes: readonly string[]
  readonly millis: number
}
