import type {
  ArtifactId,
  EventEnvelope,
  FactBinding,
  FactKey,
  FactMeta,
  NewArtifact,
  RunId,
  Stores,
} from '@mfm/core-types'
import { hasFactMeta } from '@mfm/core-types'
import type { Commit, FactCommit, KnownFact, RunHead } from '@mfm/io-live'
import { EMPTY_HEAD, RunWriter } from '@mfm/io-live'
import { writeBeginning } from './write-beginning.ts'

export interface ForkWriterOptions {
  readonly stores: Stores
  readonly runId: RunId
  readonly clock: () => number
  readonly onEvent: ((envelope: EventEnvelope) => void) | undefined
  /** Whether a document is in the store already. */
  readonly isStored: (id: ArtifactId) => boolean
  /** Payloads that the edits brought: the fact that names one is what needs it. */
  readonly documents: ReadonlyMap<ArtifactId, NewArtifact>
}

/**
 * Writes a fork. What follows from the parent's facts alone can be made again at any time, so it waits; it is written
 * before the first call that leaves the process, or all at once at the end. So a fork that is refused on the way has
 * written nothing.
 */
export class ForkWriter {
  readonly #options: ForkWriterOptions
  readonly #facts = new Map<FactKey, KnownFact>()
  readonly #made = new Map<ArtifactId, NewArtifact>()
  #waiting: (Commit | FactCommit)[] = []
  #waitingEvents = 0
  #isLive = false
  #flushed: Promise<void> = Promise.resolve()
  #writer: RunWriter | undefined

  constructor(options: ForkWriterOptions) {
    this.#options = options
  }

  get head(): RunHead {
    return this.#writer?.head ?? EMPTY_HEAD
  }

  /** Number of the last event, what waits included. */
  get seq(): number {
    return this.head.seq + this.#waitingEvents
  }

  /** Whether something of the run is on its stream. */
  get hasBegun(): boolean {
    return this.#writer !== undefined
  }

  /** A document that waits to be written. */
  made(id: ArtifactId): Uint8Array | undefined {
    return this.#made.get(id)?.bytes
  }

  async commit(commit: Commit): Promise<void> {
    this.#wait(commit)
    if (this.hasBegun) await this.flush()
  }

  async findFact(key: FactKey): Promise<ArtifactId | undefined> {
    return this.bound(key)
  }

  async factMeta(key: FactKey): Promise<FactMeta | undefined> {
    return this.#facts.get(key)?.meta
  }

  /** Records a fact: at once where it may have come from outside, else with what comes next. */
  async recordFact(commit: FactCommit): Promise<FactBinding> {
    const { event } = commit
    const known = this.#facts.get(event.key)
    if (known !== undefined) return { artifactId: known.payloadId, inserted: false }
    const edited = this.#options.documents.get(event.payloadId)
    const artifacts = edited === undefined ? commit.artifacts : [edited, ...commit.artifacts]
    const binding = await this.#record({ event, artifacts })
    const meta = hasFactMeta(event.meta) && binding.inserted ? event.meta : undefined
    this.#facts.set(event.key, { payloadId: binding.artifactId, meta })
    return binding
  }

  async #record(commit: FactCommit): Promise<FactBinding> {
    if (this.#isLive) {
      await this.flush()
      if (this.#writer !== undefined) return await this.#writer.recordFact(commit)
    }
    this.#wait(commit)
    return { artifactId: commit.event.payloadId, inserted: true }
  }

  /** The payload that a key is bound to; what waits counts. */
  bound(key: FactKey): ArtifactId | undefined {
    return this.#facts.get(key)?.payloadId
  }

  /** Takes a fact whose documents are stored, or given; what an edit brought is known. */
  take(
    { key, payloadId, meta }: KnownFact & { readonly key: FactKey },
    ...given: readonly NewArtifact[]
  ): void {
    const edited = this.#options.documents.get(payloadId)
    const artifacts = edited === undefined ? given : [edited, ...given]
    const event = { type: 'fact_recorded', v: 1, key, payloadId, meta: meta ?? {} } as const
    this.#facts.set(key, { payloadId, meta })
    this.#wait({ artifacts, event })
  }

  /** An attempt begins, in which nothing has come from outside yet. */
  beginAttempt(): void {
    this.#isLive = false
  }

  /** From now on a fact of the attempt may come from outside, so each is durable before anybody has it. */
  goLive(): void {
    this.#isLive = true
  }

  /** Resolves when everything that waited is durable. */
  async flush(): Promise<void> {
    const flushing = this.#flushed.then(() => this.#flush())
    this.#flushed = flushing.catch(() => undefined)
    await flushing
  }

  async #flush(): Promise<void> {
    const waiting = this.#waiting
    if (waiting.length === 0) return
    this.#waiting = []
    this.#waitingEvents = 0
    if (this.#writer === undefined) this.#writer = await this.#begin(waiting)
    else await append(this.#writer, waiting)
    for (const { artifacts } of waiting) {
      for (const { id } of artifacts ?? []) this.#made.delete(id)
    }
  }

  #wait({ artifacts = [], ...rest }: Commit | FactCommit): void {
    // What is stored already need not be kept until then.
    const fresh = artifacts.filter(({ id }) => !this.#options.isStored(id))
    for (const artifact of fresh) this.#made.set(artifact.id, artifact)
    this.#waiting.push({ ...rest, artifacts: fresh })
    this.#waitingEvents += 'event' in rest ? 1 : rest.events.length
  }

  async #begin(waiting: readonly (Commit | FactCommit)[]): Promise<RunWriter> {
    const { stores, runId, clock, onEvent } = this.#options
    const artifacts = new Map<ArtifactId, NewArtifact>()
    for (const commit of waiting) {
      for (const artifact of commit.artifacts ?? []) artifacts.set(artifact.id, artifact)
    }
    const { head, envelopes } = await writeBeginning(stores, runId, {
      artifacts: [...artifacts.values()],
      events: waiting.flatMap((commit) => ('event' in commit ? [commit.event] : commit.events)),
      tsMillis: clock(),
    })
    const tell = (written: readonly EventEnvelope[]): void => {
      for (const envelope of written) onEvent?.(envelope)
    }
    tell(envelopes)
    return new RunWriter({ stores, runId, head, clock, onDurable: tell })
  }
}

/** Given in one go, so that they share a commit, in their order. */
async function append(writer: RunWriter, waiting: readonly (Commit | FactCommit)[]): Promise<void> {
  await Promise.all(
    waiting.map(async (commit) => {
      if ('event' in commit) await writer.recordFact(commit)
      else await writer.commit(commit)
    }),
  )
}
