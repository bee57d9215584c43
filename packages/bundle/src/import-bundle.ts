import type { ArtifactId, CallOptions, EventEnvelope, RunId, Stores } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { rebuildFactIndex } from '@mfm/facts'
import { DocumentBatch } from './document-batch.ts'
import { EventSpool } from './event-spool.ts'
import type { BodyKind } from './format.ts'
import type { BundleManifest } from './manifest.ts'
import type { BundleItem, ReadBundleRequest } from './read-bundle.ts'
import { readBundle } from './read-bundle.ts'
import type { ImportStatus } from './target-run.ts'
import { TargetRun } from './target-run.ts'

export interface ImportRequest extends ReadBundleRequest {
  readonly stores: Stores
}

export interface ImportReport {
  readonly manifest: BundleManifest
  readonly runs: readonly ImportedRun[]
  /** Documents that the bundle leaves out and the store does not have: a replay that asks for one fails. */
  readonly missing: readonly MissingDocument[]
}

export interface ImportedRun {
  readonly runId: RunId
  readonly status: ImportStatus
  /** Last event that the store has now. */
  readonly headSeq: number
}

export interface MissingDocument {
  readonly runId: RunId
  readonly kind: BodyKind
  readonly id: ArtifactId
  readonly bytes: number
}

/** Events of one append at most. */
const APPEND = 500

/**
 * Takes the runs of a bundle into a set of stores, where they can be continued. No run becomes visible before the whole
 * bundle was read and found good; documents are stored before that, where nothing reaches them. To be repeated after
 * an interruption: what is there already is left as it is.
 *
 * @throws MfmError what `readBundle` throws; `bundle_conflict` where the store has another history under the id of a
 * run; errors of the stores, such as `event_store_concurrency` where somebody writes to the run meanwhile
 */
export async function importBundle(request: ImportRequest): Promise<ImportReport> {
  const { stores, signal } = request
  const importer = new Importer(stores, { signal })
  for await (const item of readBundle(request)) await importer.take(item)
  return await importer.finish()
}

class Importer {
  readonly #stores: Stores
  readonly #options: CallOptions
  readonly #documents: DocumentBatch
  readonly #spool: EventSpool
  readonly #targets = new Map<RunId, TargetRun>()
  readonly #omitted: MissingDocument[] = []
  #manifest: BundleManifest | undefined

  constructor(stores: Stores, options: CallOptions) {
    this.#stores = stores
    this.#options = options
    this.#documents = new DocumentBatch(stores.artifacts, options)
    this.#spool = new EventSpool(stores.artifacts, options)
  }

  async take(item: BundleItem): Promise<void> {
    switch (item.type) {
      case 'manifest':
        this.#manifest = item.manifest
        for (const run of item.manifest.runs) {
          const target = await TargetRun.find(run, this.#stores.events, this.#options)
          this.#targets.set(run.runId, target)
        }
        return
      case 'event': {
        const target = this.#target(item.runId)
        await target.compare(item)
        if (target.lacks(item.envelope.seq)) await this.#spool.add(item.text)
        return
      }
      case 'document':
        await this.#documents.add(item.reference.kind, item.bytes)
        return
      case 'omitted':
        this.#omitted.push(item.omitted)
        return
    }
  }

  /** To be called when the whole bundle was good. */
  async finish(): Promise<ImportReport> {
    await this.#documents.flush()
    await this.#append()
    for (const runId of this.#targets.keys()) {
      await rebuildFactIndex(this.#stores, runId, this.#options)
    }
    if (this.#manifest === undefined) throw new MfmError('internal_error')
    return {
      manifest: this.#manifest,
      runs: Array.from(this.#targets.values(), ({ run, status, storedSeq }) => ({
        runId: run.runId,
        status,
        headSeq: Math.max(run.headSeq, storedSeq),
      })),
      missing: await this.#missing(),
    }
  }

  async #append(): Promise<void> {
    let held: EventEnvelope[] = []
    for await (const envelope of this.#spool.events()) {
      const isSameRun = held[0] === undefined || held[0].runId === envelope.runId
      if (!isSameRun || held.length >= APPEND) {
        await this.#appendAll(held)
        held = []
      }
      held.push(envelope)
    }
    await this.#appendAll(held)
  }

  async #appendAll(events: readonly EventEnvelope[]): Promise<void> {
    const [first] = events
    if (first === undefined) return
    await this.#stores.events.append(first.runId, first.seq - 1, events, this.#options)
  }

  async #missing(): Promise<MissingDocument[]> {
    const missing: MissingDocument[] = []
    for (const document of this.#omitted) {
      if (!(await this.#stores.artifacts.exists(document.id, this.#options))) missing.push(document)
    }
    return missing
  }

  #target(runId: RunId): TargetRun {
    const target = this.#targets.get(runId)
    if (target === undefined) throw new MfmError('internal_error')
    return target
  }
}
