import type { ArtifactId, FactKey } from '@mfm/core-types'
import type { Caller, Turns } from '@mfm/facts'

/** A key that is known, and the place of one who has asked for it. */
export interface BoundKey {
  readonly caller: Caller
  /** @throws what kept the key from being looked up */
  readonly payloadId: () => ArtifactId
}

interface Waiting {
  /** The place of one who asked when the key could have been known. */
  caller: Caller | undefined
  /** `undefined`: it is this one's turn to make the fact. */
  readonly goOn: (bound: BoundKey | undefined) => void
}

interface Line {
  isMaking: boolean
  /** Behind the one who looks the key up or makes its fact. */
  readonly waiting: Waiting[]
}

/**
 * The callers of keys that are not known yet. One caller of a key makes its fact, and the others wait: when that one
 * goes on with the fact, it is known to them all; when it goes on with a failure, the next one makes it.
 */
export class KeyLines {
  readonly #turns: Turns
  readonly #find: (key: FactKey) => Promise<ArtifactId | undefined>
  readonly #lines = new Map<FactKey, Line>()

  /** @param find gives what is bound to a key that nobody is making */
  constructor(turns: Turns, find: (key: FactKey) => Promise<ArtifactId | undefined>) {
    this.#turns = turns
    this.#find = find
  }

  /**
   * What the key is bound to. `undefined`: the caller is to make the fact, and calls {@link made} as soon as it goes on
   * with whatever came of it. To be called as soon as the caller asks.
   */
  async claim(key: FactKey): Promise<BoundKey | undefined> {
    const before = this.#lines.get(key)
    if (before !== undefined) return await this.#waitBehind(before)
    const line: Line = { isMaking: false, waiting: [] }
    this.#lines.set(key, line)
    const caller = this.#turns.takePlace()
    const payloadId = await this.#lookUp(key)
    if (payloadId !== undefined) {
      this.#lines.delete(key)
      for (const { caller: other, goOn } of line.waiting) {
        if (other !== undefined) goOn({ caller: other, payloadId })
      }
      return { caller, payloadId }
    }
    line.isMaking = true
    this.#turns.leavePlace(caller)
    for (const other of line.waiting) {
      if (other.caller !== undefined) this.#turns.leavePlace(other.caller)
      other.caller = undefined
    }
    return undefined
  }

  /** @param payloadId what the key is bound to now; `undefined` where it is not */
  made(key: FactKey, payloadId: ArtifactId | undefined): void {
    const waiting = this.#lines.get(key)?.waiting ?? []
    if (payloadId === undefined) {
      const next = waiting.shift()
      if (next === undefined) this.#lines.delete(key)
      else next.goOn(undefined)
      return
    }
    this.#lines.delete(key)
    for (const { goOn } of waiting) {
      goOn({ caller: this.#turns.takePlace(), payloadId: () => payloadId })
    }
  }

  #waitBehind({ isMaking, waiting }: Line): Promise<BoundKey | undefined> {
    return new Promise((goOn) => {
      waiting.push({ caller: isMaking ? undefined : this.#turns.takePlace(), goOn })
    })
  }

  async #lookUp(key: FactKey): Promise<(() => ArtifactId) | undefined> {
    try {
      const payloadId = await this.#find(key)
      return payloadId && (() => payloadId)
    } catch (error) {
      return () => {
        throw error
      }
    }
  }
}
