import type { FactKey } from '@mfm/core-types'

const LIKE_A_CALL = /\|req:[0-9a-f]{64}(\|occ:[0-9]+)?$/

/**
 * What one attempt has asked for so far. Everything is counted at once, when a call is made and before anything is
 * awaited, so the numbers do not depend on how fast answers come.
 */
export class AttemptCounters {
  #derived = 0
  #operations = 0
  readonly #occurrences = new Counts()
  readonly #tries = new Counts()

  /** The ordinal of the next derived key; time and randomness share one counter. */
  nextDerived(): number {
    return this.#derived++
  }

  /** The position of the next recorded operation, whatever its kind. */
  nextOperation(): number {
    return this.#operations++
  }

  /** The position that the next recorded operation will have. */
  get operations(): number {
    return this.#operations
  }

  /**
   * How many identical calls without a key of their own came before this one.
   *
   * @param first the key of the first of them
   */
  nextOccurrence(first: FactKey): number {
    return this.#occurrences.next(first)
  }

  /**
   * How many calls with this chosen key came before this one. A key that looks like one that is made of a call counts
   * from 1, because the call that it would be made of is try 0.
   */
  nextTry(key: FactKey): number {
    return this.#tries.next(key) + (LIKE_A_CALL.test(key) ? 1 : 0)
  }
}

/** Most things are counted once, and a set is asked half as often as a map. */
class Counts {
  readonly #seen = new Set<FactKey>()
  readonly #more = new Map<FactKey, number>()

  next(key: FactKey): number {
    const { size } = this.#seen
    this.#seen.add(key)
    if (this.#seen.size > size) return 0
    const count = this.#more.get(key) ?? 1
    this.#more.set(key, count + 1)
    return count
  }
}
