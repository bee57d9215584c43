import type { ErrorCategory } from '@mfm/core-types'

/** Which part of the system an error is from. */
export type ErrorScope = 'input' | 'io' | 'context' | 'storage' | 'plan' | 'run' | 'state'

/**
 * What kind of trouble it is. Exit codes and HTTP statuses follow this and nothing else, so a code added to a kind
 * needs no other change.
 */
export type ErrorKind =
  | 'invalid_input'
  | 'invalid_plan'
  | 'missing_fact_key'
  | 'missing_fact'
  | 'diverged'
  | 'transport'
  | 'rate_limited'
  | 'concurrency'
  | 'conflict'
  | 'not_found'
  | 'corruption'
  | 'unavailable'
  | 'timeout'
  | 'cancelled'
  | 'closed'
  | 'too_large'
  | 'unsupported'
  | 'secret'
  | 'other'

export interface CatalogueEntry {
  readonly scope: ErrorScope
  readonly kind: ErrorKind
  readonly category: ErrorCategory
  readonly retryable: boolean
  /** One sentence: when it is raised. */
  readonly meaning: string
  /** One sentence for the reader of the error: the way out. */
  readonly help: string
}

interface EntryText {
  readonly meaning: string
  readonly help: string
  /** Default `false`. */
  readonly retryable?: boolean
}

export function entry(
  scope: ErrorScope,
  kind: ErrorKind,
  category: ErrorCategory,
  { meaning, help, retryable = false }: EntryText,
): CatalogueEntry {
  return { scope, kind, category, retryable, meaning, help }
}
