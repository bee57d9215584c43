import type { ArtifactId, FactKey } from '@mfm/core-types'

const LIKE_A_CALL = /\|req:[0-9a-f]{64}(\|occ:[0-9]+)?$/

/**
 * What one attempt has asked for so far. Everything is counted at once, when a call is made and before anything is
 * awaited, so the numbers do not depend on how fast answers come.
 */
export class AttemptCounters {
  #derived = 0
  #operations = 0
  readonly #occurrences = new Map<string, Map<ArtifactId, number>>()
  readonly #tries = new Map<FactKey, number>()

  /** The ordinal of the next derived key; time and randomness share one counter. */
  nextDerived(): number {
    return this.#derived++
  }

  /** The position of the next recorded operation, whatever its kind. */
  nextOperation(): number {
    return this.#operations++
  }

  /** How many identical calls without a key of their own came before this one. */
  nextOccurrence(namespace: string, requestId: ArtifactId): number {
    const known = this.#occurrences.get(namespace)
    const counts = known ?? new Map<ArtifactId, number>()
    if (known === undefined) this.#occurrences.set(namespace, counts)
    return next(counts, requestId)
  }

  /**
   * How many calls with this chosen key came before this one. A key that looks like one that is made of a call counts
   * from 1, because the call that it would be made of is try 0.
   */
  nextTry(key: FactKey): number {
    return next(this.#tries, key) + (LIKE_A_CALL.test(key) ? 1 : 0)
  }
}

function next<K>(counts: Map<K, number>, key: K): number {
  const count = counts.get(key) ?? 0
  counts.set(key, count + 1)
  return count
}
