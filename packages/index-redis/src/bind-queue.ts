import type { ArtifactId, FactBinding, FactKey, RunId } from '@mfm/core-types'
import { BindBatch } from './bind-batch.ts'
import type { RedisLink } from './redis-link.ts'
import { factsKey } from './run-keys.ts'

/** Gathers the bindings of one turn of the event loop into one command for each run. */
export class BindQueue {
  readonly #link: RedisLink
  readonly #prefix: string
  readonly #batches = new Map<RunId, BindBatch>()
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
    const batch = this.#batchOf(run)
    this.#waiting++
    const bound = batch.add(key, id, signal)
    if (batch.isFull) this.#batches.delete(run)
    return bound
  }

  #batchOf(run: RunId): BindBatch {
    const open = this.#batches.get(run)
    if (open !== undefined) return open
    const batch = new BindBatch(factsKey(this.#prefix, run))
    this.#batches.set(run, batch)
    queueMicrotask(() => {
      if (this.#batches.get(run) === batch) this.#batches.delete(run)
      void this.#send(batch)
    })
    return batch
  }

  /** Never rejects: every binding is settled here. */
  async #send(batch: BindBatch): Promise<void> {
    try {
      await this.#link.run((client) => batch.send(client))
    } catch (error) {
      batch.fail(error)
    }
    this.#waiting -= batch.size
  }
}
