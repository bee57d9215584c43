import type { ArtifactId, FactKey } from '@mfm/core-types'
import type { Caller, Turns } from '@mfm/facts'
import { streamOpenError } from '@mfm/facts'

/** A key that is known or refused, and the place of one who has asked for it. */
export interface BoundKey {
  readonly caller: Caller
  /** @throws what kept the key from being looked up; `stream_open` */
  readonly payloadId: () => ArtifactId
}

/** What a caller asks for. */
export interface Claim {
  readonly key: FactKey
  readonly isStreamed?: boolean | undefined
  /** Gives what the caller takes for it, where that is more than what the key is bound to. */
  readonly find?: (() => Found | Promise<Found>) | undefined
}

interface Waiting {
  /** The place of one who asked when the key could have been known. */
  caller: Caller | undefined
  /** Whether it asked after somebody who streams, so that it does not wait for the fact to be made. */
  readonly isRefused: boolean
  /** `undefined`: it is this one's turn to make the fact. */
  readonly goOn: (bound: BoundKey | undefined) => void
}

interface Line {
  isMaking: boolean
  /** Whether the last one in line asks for a streamed answer. */
  isStreamed: boolean
  /** Behind the one who looks the key up or makes its fact. */
  waiting: Waiting[] | undefined
}

type Found = ArtifactId | undefined

/**
 * The callers of keys that are not known yet. One caller of a key makes its fact, and the others wait: when that one
 * goes on with the fact, it is known to them all; when it goes on with a failure, the next one makes it.
 *
 * Nobody waits behind one who streams: that takes as long as the program reads, and the program might wait for both.
 */
export class KeyLines {
  readonly #turns: Turns
  readonly #find: (key: FactKey) => Found | Promise<Found>
  readonly #lines = new Map<FactKey, Line>()

  /** @param find gives what is bound to a key that nobody is making */
  constructor(turns: Turns, find: (key: FactKey) => Found | Promise<Found>) {
    this.#turns = turns
    this.#find = find
  }

  /**
   * What the key is bound to. `undefined`: the caller is to make the fact, and calls {@link made} as soon as it goes on
   * with whatever came of it; one who streams, as soon as it goes on with the end. To be called as soon as the caller
   * asks.
   */
  claim({
    key,
    isStreamed = false,
    find,
  }: Claim): BoundKey | undefined | Promise<BoundKey | undefined> {
    const before = this.#lines.get(key)
    if (before !== undefined) return this.#waitBehind(before, key, isStreamed)
    const found = find === undefined ? this.#find(key) : find()
    if (typeof found === 'string') return this.#boundTo(found)
    const line: Line = { isMaking: found === undefined, isStreamed, waiting: undefined }
    this.#lines.set(key, line)
    return found && this.#lookUp(key, line, found)
  }

  /** @param payloadId what the key is bound to now; `undefined` where it is not */
  made(key: FactKey, payloadId: Found): void {
    const waiting = this.#lines.get(key)?.waiting ?? []
    const next = payloadId === undefined ? waiting.shift() : undefined
    if (next === undefined) this.#lines.delete(key)
    else next.goOn(undefined)
    if (payloadId !== undefined) for (const { goOn } of waiting) goOn(this.#boundTo(payloadId))
  }

  #boundTo(payloadId: ArtifactId): BoundKey {
    return { caller: this.#turns.takePlace(), payloadId: () => payloadId }
  }

  #waitBehind(
    line: Line,
    key: FactKey,
    isStreamed: boolean,
  ): BoundKey | Promise<BoundKey | undefined> {
    const isRefused = line.isStreamed
    if (isRefused && line.isMaking) return refused(this.#turns.takePlace(), key)
    line.isStreamed ||= isStreamed
    line.waiting ??= []
    const caller = line.isMaking ? undefined : this.#turns.takePlace()
    return new Promise((goOn) => {
      line.waiting?.push({ caller, isRefused, goOn })
    })
  }

  async #lookUp(key: FactKey, line: Line, finding: Promise<Found>): Promise<BoundKey | undefined> {
    const caller = this.#turns.takePlace()
    const payloadId = await outcomeOf(finding)
    if (payloadId !== undefined) {
      this.#lines.delete(key)
      for (const { caller: other, goOn } of line.waiting ?? []) {
        if (other !== undefined) goOn({ caller: other, payloadId })
      }
      return { caller, payloadId }
    }
    line.isMaking = true
    this.#turns.leavePlace(caller)
    const waiting = line.waiting ?? []
    line.waiting = waiting.filter(({ isRefused }) => !isRefused)
    for (const other of waiting) {
      if (other.caller === undefined) continue
      if (other.isRefused) other.goOn(refused(other.caller, key))
      else this.#turns.leavePlace(other.caller)
      other.caller = undefined
    }
    return undefined
  }
}

function refused(caller: Caller, key: FactKey): BoundKey {
  return {
    caller,
    payloadId: () => {
      throw streamOpenError(key)
    },
  }
}

async function outcomeOf(finding: Promise<Found>): Promise<(() => ArtifactId) | undefined> {
  try {
    const payloadId = await finding
    return payloadId && (() => payloadId)
  } catch (error) {
    return () => {
      throw error
    }
  }
}
