import type { RunId } from '@mfm/core-types'

export interface NewsWait {
  readonly signal?: AbortSignal | undefined
  /** Resolves after so many milliseconds without news; waits for ever where absent. */
  readonly millis?: number | undefined
}

/**
 * Wakes those who wait for something to happen to a run. Whoever is woken looks for himself: news says neither what
 * happened nor that anything did.
 */
export class RunNews {
  readonly #waiting: Map<RunId, Set<() => void>> = new Map()

  /** Resolves at the next {@link tell} of the run or {@link tellAll}; an abort rejects with the reason of the signal. */
  wait(run: RunId, { signal, millis }: NewsWait = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', giveUp)
        this.#remove(run, wake)
        settle()
      }
      const wake = (): void => end(resolve)
      const giveUp = (): void => end(() => reject(signal?.reason))
      const timer = millis === undefined ? undefined : setTimeout(wake, millis)
      if (signal?.aborted === true) giveUp()
      else {
        signal?.addEventListener('abort', giveUp)
        this.#add(run, wake)
      }
    })
  }

  tell(run: RunId): void {
    for (const wake of Array.from(this.#waiting.get(run) ?? [])) wake()
  }

  tellAll(): void {
    for (const run of Array.from(this.#waiting.keys())) this.tell(run)
  }

  #add(run: RunId, wake: () => void): void {
    const waiting = this.#waiting.get(run) ?? new Set()
    this.#waiting.set(run, waiting.add(wake))
  }

  #remove(run: RunId, wake: () => void): void {
    const waiting = this.#waiting.get(run)
    waiting?.delete(wake)
    if (waiting?.size === 0) this.#waiting.delete(run)
  }
}
