import type { ArtifactId, FactKey, IoScope, NewArtifact, StateId, Stores } from '@mfm/core-types'
import type { RecordedFact } from '@mfm/facts'
import { FactSource } from '@mfm/io-replay'
import type { RecordedRun } from '../replay/recorded-run.ts'
import { attemptKey } from '../replay/recorded-run.ts'
import { editedStores } from './edited-stores.ts'
import { ForkLedger } from './fork-ledger.ts'
import type { ForkPoint } from './fork-point.ts'

export interface ParentFactsOptions {
  readonly stores: Pick<Stores, 'events' | 'artifacts'>
  readonly recorded: RecordedRun
  readonly point: ForkPoint
  readonly payloads: ReadonlyMap<FactKey, NewArtifact>
}

/** What the parent of a fork recorded, with the edits. */
export class ParentFacts {
  readonly source: FactSource
  readonly ledger: ForkLedger = new ForkLedger()
  readonly edited: ReadonlySet<FactKey>
  /** The payloads that the edits brought. */
  readonly documents: ReadonlyMap<ArtifactId, NewArtifact>
  readonly #options: ParentFactsOptions
  readonly #attempts: ReadonlyMap<StateId, readonly number[]>
  readonly #stored: ReadonlySet<ArtifactId>

  private constructor(options: ParentFactsOptions, source: FactSource) {
    this.#options = options
    this.source = source
    const { payloads } = options
    this.edited = new Set(payloads.keys())
    this.documents = new Map([...payloads.values()].map((document) => [document.id, document]))
    this.#attempts = ownAttempts(options.recorded)
    this.#stored = storedDocuments(source, this.edited)
  }

  static async load(options: ParentFactsOptions): Promise<ParentFacts> {
    const { stores, recorded, payloads } = options
    const source =
      payloads.size === 0
        ? recorded.source
        : await FactSource.load(editedStores(stores, payloads), recorded.runId)
    return new ParentFacts(options, source)
  }

  /** Whether a document of a fact is in the store already. */
  isStored(id: ArtifactId): boolean {
    return this.#stored.has(id)
  }

  /** The parent's attempt that answers the fork's: those that ended from outside led to nothing and are passed over. */
  scopeOf({ stateId, attempt }: Pick<IoScope, 'stateId' | 'attempt'>): IoScope {
    const own = this.#attempts.get(stateId) ?? []
    const number = own[attempt] ?? (own.at(-1) ?? 0) + attempt + 1
    return { runId: this.source.runId, stateId, attempt: number }
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
