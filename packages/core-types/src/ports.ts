import type { EventEnvelope, RunStatus } from './events.ts'
import type { ArtifactId, FactKey, OpId, RunId } from './ids.ts'

/** Taken last by every method that may wait. */
export interface CallOptions {
  /** Ends the call early: it rejects with `signal.reason`, and what it was doing has happened whole or not at all. */
  readonly signal?: AbortSignal | undefined
}

/**
 * What survives when a promise has resolved: `none` (gone with the process), `process` (a crash of the process),
 * `disk` (a power cut), `replicated` (the loss of a machine).
 */
export type Durability = 'none' | 'process' | 'disk' | 'replicated'

/** Optional abilities; the engine asks for these and never for an adapter's name. What is not declared is not there. */
export type Capability = 'getMany' | 'putMany' | 'watch' | 'erase' | 'list'

/** What an adapter says of itself. Frozen. */
export interface StoreDescription {
  /** The package's name without scope, such as `store-sqlite`. */
  readonly name: string
  /** The product behind it when it was opened, such as `PostgreSQL 15.14`; absent where there is none or it is silent. */
  readonly product?: string | undefined
  readonly durability: Durability
  readonly capabilities: readonly Capability[]
}

interface Store {
  readonly description: StoreDescription
  /** Idempotent. Calls after it reject with `store_closed`; a client that the store did not open stays open. */
  close(): Promise<void>
}

/** What a document is for. Advisory: it takes no part in its address. One segment, such as `fact_payload`. */
export type ArtifactKind =
  | 'manifest'
  | 'context_snapshot'
  | 'fact_request'
  | 'fact_payload'
  | 'attachment'
  | 'history_summary'
  | 'output'
  | (string & {})

/**
 * Immutable bytes under the SHA-256 of themselves.
 *
 * - `put` is idempotent and resolves when the bytes are as durable as `description.durability` says. It never keeps
 *   the caller's buffer. Bytes that differ under one address are `artifact_corruption`.
 * - `get` hashes what it read: `artifact_corruption` where it is not the address, `artifact_not_found` where absent.
 * - `exists` reads no body, so it is true for a corrupt artifact.
 *
 * A malformed id or kind is refused with `invalid_id` before any backend call.
 */
export interface ArtifactStore extends Store {
  put(kind: ArtifactKind, bytes: Uint8Array, options?: CallOptions): Promise<ArtifactId>
  get(id: ArtifactId, options?: CallOptions): Promise<Uint8Array>
  exists(id: ArtifactId, options?: CallOptions): Promise<boolean>
}

/** Capability `getMany`: many artifacts in one round trip, in the order asked; `undefined` for an absent one. */
export interface ManyReader {
  getMany(
    ids: readonly ArtifactId[],
    options?: CallOptions,
  ): Promise<readonly (Uint8Array | undefined)[]>
}

/**
 * Capability `putMany`: many artifacts in one go, each as {@link ArtifactStore.put} would; ids in the order given.
 * Where it rejects, any part may be stored: puts are idempotent, so the way out is to repeat it.
 */
export interface ManyWriter {
  putMany(
    artifacts: readonly { readonly kind: ArtifactKind; readonly bytes: Uint8Array }[],
    options?: CallOptions,
  ): Promise<readonly ArtifactId[]>
}

/** Capability `list`: the id of every artifact that is there throughout, once, in no particular order. */
export interface ArtifactLister {
  list(options?: CallOptions): AsyncIterable<ArtifactId>
}

/**
 * Capability `erase`: retention. Resolves to whether there was anything to erase; a later `put` stores it again. From
 * then on no opening gives the bytes, not even one that has them in memory.
 */
export interface ArtifactEraser {
  erase(id: ArtifactId, options?: CallOptions): Promise<boolean>
}

/** The outcome of a bind: the effective artifact, and whether this call put it there. */
export interface FactBinding {
  readonly artifactId: ArtifactId
  readonly inserted: boolean
}

/**
 * Which artifact a fact key means within one run; the first binding wins. An arbiter and a cache: it can be emptied
 * at any time and rebuilt from the stream.
 */
export interface FactIndex extends Store {
  get(run: RunId, key: FactKey, options?: CallOptions): Promise<ArtifactId | undefined>
  bindIfUnset(run: RunId, key: FactKey, id: ArtifactId, options?: CallOptions): Promise<FactBinding>
  /** Atomically removes the binding if it is still `id`; resolves to whether it did. */
  unbindIfMatches(run: RunId, key: FactKey, id: ArtifactId, options?: CallOptions): Promise<boolean>
  entries(run: RunId, options?: CallOptions): AsyncIterable<readonly [FactKey, ArtifactId]>
}

export interface SeqRange {
  /** First sequence to read; 0 and absent mean 1. */
  readonly from?: number | undefined
  /** Last sequence to read, inclusive; absent means to the end. */
  readonly to?: number | undefined
}

/** `recording` is a stream of facts without a workflow; `running` says only that no end is on the stream. */
export type RunPhase = 'recording' | 'running' | RunStatus

export interface RunSummary {
  readonly runId: RunId
  readonly headSeq: number
  readonly opId: OpId | null
  readonly phase: RunPhase
  /** `tsMillis` of the first and of the last event. */
  readonly startedAtMillis: number | null
  readonly updatedAtMillis: number | null
}

export interface RunQuery {
  readonly phase?: RunPhase | undefined
  readonly opId?: OpId | undefined
  /** Only runs whose id begins so. */
  readonly idPrefix?: string | undefined
  /** At most this many, 1 to 1000; 100 where absent. */
  readonly limit?: number | undefined
  /** `next` of the page before. */
  readonly cursor?: string | undefined
}

export interface Page<T> {
  readonly items: readonly T[]
  /** Give it as `cursor` for the next page; `undefined` on the last. */
  readonly next: string | undefined
}

/**
 * Append-only streams, one per run.
 *
 * `append` is all or nothing and resolves to the new head when the events are durable. Checks, in this order:
 * every envelope's `runId` is `run` and its `seq` is `expectedSeq + index + 1`, else `event_append_invalid`; the
 * head is `expectedSeq`, else `event_store_concurrency` with `details.expected` and `details.actual`. An empty list
 * at the right head resolves to the head.
 *
 * An `append` that ends in `store_timeout` or `store_outcome_unknown` may have been made: reading settles it.
 *
 * `read` yields in ascending order what was there when it was called; an unknown run, `from` past the end and
 * `from > to` yield nothing. A stored envelope that cannot be decoded is `event_store_corruption` with its `seq`.
 *
 * `listRuns` yields the newest first, in the order of the first append.
 */
export interface EventStore extends Store {
  /** Last sequence; 0 for an unknown run. */
  headSeq(run: RunId, options?: CallOptions): Promise<number>
  append(
    run: RunId,
    expectedSeq: number,
    events: readonly EventEnvelope[],
    options?: CallOptions,
  ): Promise<number>
  read(run: RunId, range?: SeqRange, options?: CallOptions): AsyncIterable<EventEnvelope>
  listRuns(query?: RunQuery, options?: CallOptions): Promise<Page<RunSummary>>
}

/**
 * Capability `watch`: every event from `from` on (0 and absent mean 1), once and in order, first what is there and
 * then what comes. It ends only by its signal (rejecting with `signal.reason`), by an early `break`, or with
 * `store_closed`.
 */
export interface EventWatcher {
  watch(run: RunId, from?: number, options?: CallOptions): AsyncIterable<EventEnvelope>
}

/** A document about to be stored, with its address. */
export interface NewArtifact {
  readonly kind: ArtifactKind
  /** The SHA-256 of `bytes`. */
  readonly id: ArtifactId
  readonly bytes: Uint8Array
}

/** What one commit of {@link AtomicRecorder.recordAtomically} holds. */
export interface AtomicBatch {
  /** The ids are trusted: the caller has just computed them. */
  readonly artifacts: readonly NewArtifact[]
  readonly bindings: readonly { readonly key: FactKey; readonly artifactId: ArtifactId }[]
  readonly events: readonly EventEnvelope[]
}

/**
 * Artifacts, fact bindings and events in one commit: after a crash either all are there or none is reachable.
 *
 * The event checks are those of {@link EventStore.append} and come first. A key that is already bound to another
 * artifact refuses the whole batch with `fact_binding_conflict` (`details.key`, `details.bound`, `details.given`); of
 * several, any one is named.
 */
export interface AtomicRecorder {
  recordAtomically(
    run: RunId,
    expectedSeq: number,
    batch: AtomicBatch,
    options?: CallOptions,
  ): Promise<number>
}

/** The three ports that a run needs. `atomic` is there only where all three live in one backend. */
export interface Stores {
  readonly events: EventStore
  readonly artifacts: ArtifactStore
  readonly facts: FactIndex
  readonly atomic?: AtomicRecorder | undefined
  close(): Promise<void>
}

export function canGetMany(store: ArtifactStore): store is ArtifactStore & ManyReader {
  return store.description.capabilities.includes('getMany')
}

export function canPutMany(store: ArtifactStore): store is ArtifactStore & ManyWriter {
  return store.description.capabilities.includes('putMany')
}

export function canList(store: ArtifactStore): store is ArtifactStore & ArtifactLister {
  return store.description.capabilities.includes('list')
}

export function canErase(store: ArtifactStore): store is ArtifactStore & ArtifactEraser {
  return store.description.capabilities.includes('erase')
}

export function canWatch(store: EventStore): store is EventStore & EventWatcher {
  return store.description.capabilities.includes('watch')
}
