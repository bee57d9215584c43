import type {
  ArtifactId,
  EventEnvelope,
  FactBinding,
  FactKey,
  FactMeta,
  RunId,
  Stores,
} from '@mfm/core-types'
import { hasFactMeta } from '@mfm/core-types'
import { hasCode, isMfmError, MfmError } from '@mfm/errors'
import { commitAtomically } from './atomic-commit.ts'
import type { RunHead } from './run-head.ts'
import { commitSeparately } from './separate-commit.ts'
import type { Commit, FactCommit, WriteRequest } from './write-request.ts'

export interface RunWriterOptions {
  readonly stores: Stores
  readonly runId: RunId
  /** The last event that was read and decided upon. The writer never looks at the stream's head again. */
  readonly head: RunHead
  /** Whether nobody can have bound a fact before; by default, where the stream is empty. */
  readonly isNew?: boolean | undefined
  /** Milliseconds since the epoch for `tsMillis`; without it every event has `null`. */
  readonly clock?: (() => number) | undefined
  /** Told of every envelope once it is durable. Must not throw. */
  readonly onDurable?: ((envelopes: readonly EventEnvelope[]) => void) | undefined
}

/** What is known of a fact that the stream binds. */
export interface KnownFact {
  readonly payloadId: ArtifactId
  readonly meta: FactMeta | undefined
}

/**
 * The one writer of a run in this process: numbers and links events, and records facts in the order payload durable,
 * binding decided, `fact_recorded` durable, caller answered. What queues up during a commit is the next commit.
 *
 * A conflict with another writer is final: every later call rejects with the same `event_store_concurrency`. Any
 * other failure rejects what was being written and leaves the writer usable.
 */
export class RunWriter {
  readonly runId: RunId
  readonly #options: RunWriterOptions
  readonly #facts = new Map<FactKey, KnownFact>()
  readonly #isNew: boolean
  #factsAreComplete: boolean
  /** Of a run that is continued: keys that are being bound, by us or after the fact. */
  readonly #recording = new Set<FactKey>()
  readonly #adopting = new Map<FactKey, Promise<ArtifactId | undefined>>()
  #head: RunHead
  #queue: WriteRequest[] = []
  #flushing = false
  #fenced: MfmError | undefined

  constructor(options: RunWriterOptions) {
    this.#options = options
    this.runId = options.runId
    this.#head = options.head
    this.#isNew = options.isNew ?? options.head.seq === 0
    this.#factsAreComplete = options.head.seq === 0
  }

  get head(): RunHead {
    return this.#head
  }

  /**
   * Resolves when the documents and events are durable.
   *
   * @throws MfmError `event_store_concurrency` when somebody else has written to the run
   */
  async commit({ artifacts = [], events }: Commit): Promise<void> {
    await this.#enqueue({ artifacts, events, fact: undefined })
  }

  /**
   * Binds a fact to its key. Resolves to the effective binding: `inserted` is false where the key was taken.
   *
   * @throws MfmError `fact_binding_append_failed`; the binding is undone, the cause says why
   */
  async recordFact({ artifacts, event }: FactCommit): Promise<FactBinding> {
    const known = this.#facts.get(event.key)
    if (known !== undefined) return { artifactId: known.payloadId, inserted: false }
    if (!this.#isNew) this.#recording.add(event.key)
    try {
      const binding = await this.#enqueue({ artifacts, events: [event], fact: event })
      const effective = binding ?? { artifactId: event.payloadId, inserted: true }
      this.#facts.set(event.key, {
        payloadId: effective.artifactId,
        meta:
          effective.artifactId === event.payloadId && hasFactMeta(event.meta)
            ? event.meta
            : undefined,
      })
      return effective
    } catch (cause) {
      if (hasCode(cause, 'fact_payload_put_failed')) throw cause
      throw new MfmError('fact_binding_append_failed', {
        message: `the fact ${JSON.stringify(event.key)} could not be recorded: ${reason(cause)}`,
        details: { runId: this.runId, payloadId: event.payloadId },
        cause,
      })
    } finally {
      if (!this.#isNew) this.#recording.delete(event.key)
    }
  }

  /**
   * The payload that a key is bound to; at once where that is known here. A writer that died between the binding and
   * its event leaves a key that only the index knows; its event is appended now.
   */
  findFact(key: FactKey): ArtifactId | undefined | Promise<ArtifactId | undefined> {
    const known = this.#facts.get(key)
    if (known !== undefined || this.#isNew) return known?.payloadId
    const { atomic, facts } = this.#options.stores
    return atomic === undefined ? this.#findOnStream(key) : facts.get(this.runId, key)
  }

  async #findOnStream(key: FactKey): Promise<ArtifactId | undefined> {
    if (!this.#factsAreComplete) await this.#loadFacts()
    return this.#facts.get(key)?.payloadId ?? (await this.#adopt(key))
  }

  #adopt(key: FactKey): Promise<ArtifactId | undefined> {
    const { facts } = this.#options.stores
    const adopt = async (): Promise<ArtifactId | undefined> => {
      const payloadId = await facts.get(this.runId, key)
      // Whoever recorded the fact meanwhile has bound it.
      if (payloadId === undefined || this.#recording.has(key)) return undefined
      if (this.#facts.has(key)) return this.#facts.get(key)?.payloadId
      await this.commit({ events: [{ type: 'fact_recorded', v: 1, key, payloadId, meta: {} }] })
      this.#facts.set(key, { payloadId, meta: undefined })
      return payloadId
    }
    const adopting = this.#adopting.get(key) ?? adopt().finally(() => this.#adopting.delete(key))
    this.#adopting.set(key, adopting)
    return adopting
  }

  /** Where a bound fact came from; `undefined` for an unbound key and for a fact without origin. */
  async factMeta(key: FactKey): Promise<FactMeta | undefined> {
    if (!this.#facts.has(key) && !this.#factsAreComplete) await this.#loadFacts()
    return this.#facts.get(key)?.meta
  }

  /** Reads the whole stream once; only facts of before this writer can be missing from the map. */
  async #loadFacts(): Promise<void> {
    const { events } = this.#options.stores
    for await (const { event } of events.read(this.runId, { to: this.#head.seq })) {
      if (event.type !== 'fact_recorded' || this.#facts.has(event.key)) continue
      const meta = hasFactMeta(event.meta) ? event.meta : undefined
      this.#facts.set(event.key, { payloadId: event.payloadId, meta })
    }
    this.#factsAreComplete = true
  }

  #enqueue(
    request: Pick<WriteRequest, 'artifacts' | 'events' | 'fact'>,
  ): Promise<FactBinding | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#fenced !== undefined) {
        reject(this.#fenced)
        return
      }
      this.#queue.push({ ...request, resolve, reject })
      if (!this.#flushing) void this.#flush()
    })
  }

  async #flush(): Promise<void> {
    this.#flushing = true
    while (this.#queue.length > 0) {
      const requests = this.#queue
      this.#queue = []
      await this.#write(requests)
    }
    this.#flushing = false
  }

  /** Never rejects: every request is settled here. */
  async #write(requests: readonly WriteRequest[]): Promise<void> {
    try {
      const { stores, clock, onDurable } = this.#options
      const strategy = stores.atomic === undefined ? commitSeparately : commitAtomically
      const done = await strategy(stores, {
        runId: this.runId,
        head: this.#head,
        tsMillis: clock?.() ?? null,
        requests,
      })
      this.#head = done.head
      onDurable?.(done.envelopes)
      for (const [index, request] of requests.entries()) request.resolve(done.bindings[index])
    } catch (error) {
      await this.#fail(requests, error)
    }
  }

  async #fail(requests: readonly WriteRequest[], error: unknown): Promise<void> {
    if (hasCode(error, 'event_store_concurrency')) this.#fenced = error
    const [first, ...others] = requests
    if (this.#fenced !== undefined || others.length === 0) {
      for (const request of requests) request.reject(error)
      return
    }
    // One request may have spoiled the commit of them all: each gets a commit of its own.
    if (first !== undefined) await this.#write([first])
    for (const request of others) {
      if (this.#fenced === undefined) await this.#write([request])
      else request.reject(this.#fenced)
    }
  }
}

function reason(cause: unknown): string {
  return isMfmError(cause) ? cause.message : String(cause)
}
