import type { ArtifactId, FactKey } from '@mfm/core-types'

/**
 * What one attempt has asked for so far. Everything is counted at once, when a call is made and before anything is
 * awaited, so the numbers do not depend on how fast answers come.
 */
export class AttemptCounters {
  #derived = 0
  #operations = 0
  readonly #occurrences = new Map<string, number>()
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
    return next(this.#occurrences, `${namespace}|${requestId}`)
  }

  /** How many calls with this key came before this one. */
  nextTry(key: FactKey): number {
    return next(this.#tries, key)
  }
}

function next(counts: Map<string, number>, key: string): number {
  const count = counts.get(key) ?? 0
  counts.set(key, count + 1)
  return count
}
