import type { RunId } from '@mfm/core-types'

/**
 * The keys of a run. The braces make them live in one slot of a cluster. No two pairs of prefix and run share a key:
 * a prefix holds no brace, and a run id has a fixed form. The fact keys themselves are fields of a hash, as they are.
 */
export function factsKey(prefix: string, run: RunId): string {
  return `${prefix}:{${run}}:facts`
}

export function feedKey(prefix: string, run: RunId): string {
  return `${prefix}:{${run}}:feed`
}
