import type { ArtifactId, FactBinding, FactKey, RunId } from '@mfm/core-types'
import { BindBatch } from './bind-batch.ts'
import type { RedisLink } from './redis-link.ts'
import { factsKey } from './run-keys.ts'

/** Gathers the bindings of one turn of the event loop into one command for each run. */
export class BindQueue {
  readonly #link: RedisLink
  readonly #prefix: string
  /** Those that a binding may still be added to, and those that are full. */
  readonly #open = new Map<RunId, BindBatch>()
  #full: BindBatch[] = []
  #waiting = 0

  constructor(link: RedisLink, prefix: string) {
    this.#link = link
    this.#prefix = prefix
  }

  /**
   * @throws MfmError what {@link RedisLink.requireRoom} throws. What comes later rejects: the errors of
   * {@link RedisLink.run}, `store_corruption`, the reason of the signal.
   */
  bind(
    run: RunId,
    key: FactKey,
    id: ArtifactId,
    signal: AbortSignal | undefined,
  ): Promise<FactBinding> {
    this.#link.requireRoom(this.#waiting)
    const batch = this.#open.get(run) ?? this.#begin(run)
    this.#waiting++
    const bound = batch.add(key, id, signal)
    if (batch.isFull) {
      this.#open.delete(run)
      this.#full.push(batch)
    }
    return bound
  }

  #begin(run: RunId): BindBatch {
    if (this.#open.size === 0 && this.#full.length === 0) queueMicrotask(this.#flush)
    const batch = new BindBatch(factsKey(this.#prefix, run))
    this.#open.set(run, batch)
    return batch
  }

  readonly #flush = (): void => {
    for (const batch of this.#full) this.#send(batch)
    for (const batch of this.#open.values()) this.#send(batch)
    this.#full = []
    this.#open.clear()
  }

  #send(batch: BindBatch): void {
    const settled = (error?: unknown): void => {
      this.#waiting -= batch.size
      if (error !== undefined) batch.fail(error)
    }
    this.#link.run((client) => batch.send(client)).then(() => settled(), settled)
  }
}
