import { decodeJsonArtifact } from '@mfm/canonical-json'
import type {
  ArtifactId,
  FactKey,
  NewArtifact,
  NumberProfile,
  RunConfig,
  StateId,
  Stores,
} from '@mfm/core-types'
import type { RecordedFact } from '@mfm/facts'
import { FactSource } from '@mfm/io-replay'
import type { SecretGuard } from '@mfm/secrets'
import type { RecordedRun } from '../replay/recorded-run.ts'
import { attemptKey } from '../replay/recorded-run.ts'
import { editedStores } from './edited-stores.ts'
import { ForkLedger } from './fork-ledger.ts'
import type { ForkPoint } from './fork-point.ts'
import { ParentAttempt } from './parent-attempt.ts'

export interface ParentFactsOptions {
  readonly stores: Pick<Stores, 'events' | 'artifacts'>
  readonly recorded: RecordedRun
  readonly point: ForkPoint
  readonly payloads: ReadonlyMap<FactKey, NewArtifact>
}

/** Times and noise by key, read before they are asked for: a provider gives them at once or not at all. */
export interface Preloaded {
  readonly times: ReadonlyMap<FactKey, number>
  readonly noise: ReadonlyMap<FactKey, Uint8Array>
}

/** What the parent of a fork recorded, with the edits. */
export class ParentFacts {
  readonly source: FactSource
  readonly ledger: ForkLedger = new ForkLedger()
  readonly edited: ReadonlySet<FactKey>
  readonly #options: ParentFactsOptions
  readonly #preloaded: Preloaded
  readonly #attempts: ReadonlyMap<StateId, readonly number[]>
  readonly #stored: ReadonlySet<ArtifactId>

  private constructor(options: ParentFactsOptions, source: FactSource, preloaded: Preloaded) {
    this.#options = options
    this.source = source
    this.edited = new Set(options.payloads.keys())
    this.#preloaded = preloaded
    this.#attempts = ownAttempts(options.recorded)
    this.#stored = storedDocuments(source, this.edited)
  }

  static async load(options: ParentFactsOptions): Promise<ParentFacts> {
    const { stores, recorded, point, payloads } = options
    const source =
      payloads.size === 0
        ? recorded.source
        : await FactSource.load(editedStores(stores, payloads), recorded.runId)
    return new ParentFacts(
      options,
      source,
      await preload(source, point, recorded.manifest.runConfig),
    )
  }

  /** Whether a document of a fact is in the store already. */
  isStored(id: ArtifactId): boolean {
    return this.#stored.has(id)
  }

  /** The parent's attempt that answers the fork's: those that ended from outside led to nothing and are passed over. */
  attempt(
    { stateId, attempt }: { readonly stateId: StateId; readonly attempt: number },
    { config, guard }: { readonly config: RunConfig; readonly guard: SecretGuard },
  ): ParentAttempt {
    const { source, ledger } = this
    const own = this.#attempts.get(stateId) ?? []
    const number = own[attempt] ?? (own.at(-1) ?? 0) + attempt + 1
    return new ParentAttempt({
      scope: { runId: source.runId, stateId, attempt: number },
      source,
      ledger,
      config,
      guard,
      preloaded: this.#preloaded,
    })
  }

  /** A fact that was there when the fork began. */
  inherited(key: FactKey): RecordedFact | undefined {
    const fact = this.source.facts.get(key)
    return fact !== undefined && fact.seq <= this.#options.point.sharedSeq ? fact : undefined
  }

  /** Facts that the parent recorded from the fork on, and that nobody has asked for. */
  unused(): RecordedFact[] {
    const { point, recorded } = this.#options
    return [...this.source.facts.values()].filter(({ key, seq, meta }) => {
      if (meta === undefined || seq <= point.sharedSeq || this.ledger.reused.has(key)) return false
      return !recorded.outsideEnds.has(attemptKey(meta.stateId, meta.attempt))
    })
  }
}

function ownAttempts({
  comparable,
  outsideEnds,
}: RecordedRun): ReadonlyMap<StateId, readonly number[]> {
  const attempts = new Map<StateId, number[]>()
  const fallback = new Map<StateId, number>()
  for (const { event } of comparable) {
    if (event.type !== 'state_entered') continue
    const { stateId, attempt } = event
    fallback.set(stateId, attempt)
    if (outsideEnds.has(attemptKey(stateId, attempt))) continue
    attempts.set(stateId, [...(attempts.get(stateId) ?? []), attempt])
  }
  // Where the world ended all of them, the last one says most.
  for (const [stateId, last] of fallback) {
    if (!attempts.has(stateId)) attempts.set(stateId, [last])
  }
  return attempts
}

function storedDocuments(
  { facts }: FactSource,
  edited: ReadonlySet<FactKey>,
): ReadonlySet<ArtifactId> {
  const ids = new Set<ArtifactId>()
  for (const { key, payloadId, meta } of facts.values()) {
    if (!edited.has(key)) ids.add(payloadId)
    if (meta === undefined) continue
    if (meta.requestId !== null) ids.add(meta.requestId)
    for (const id of meta.attachments ?? []) ids.add(id)
  }
  return ids
}

async function preload(
  source: FactSource,
  { completed }: ForkPoint,
  { numbers }: { readonly numbers: NumberProfile },
): Promise<Preloaded> {
  const times = new Map<FactKey, number>()
  const noise = new Map<FactKey, Uint8Array>()
  for (const fact of source.facts.values()) {
    const { key, meta, payloadId } = fact
    if (meta === undefined || meta.requestId !== null || completed.has(meta.stateId)) continue
    if (meta.namespace === 'random_bytes') noise.set(key, await source.read(fact))
    if (meta.namespace !== 'now_millis') continue
    const time = decodeJsonArtifact(payloadId, await source.read(fact), { numbers })
    if (typeof time === 'number') times.set(key, time)
  }
  return { times, noise }
}
