import type {
  ArtifactId,
  EventEnvelope,
  EventStore,
  FactIndex,
  FactKey,
  RunId,
} from '@mfm/core-types'
import type { RebuiltFactIndex } from '@mfm/facts'
import { projectFacts, rebuildFactIndex } from '@mfm/facts'
import { openMemoryStores } from '@mfm/store-memory'
import { envelopes, factEvent } from '../support/samples.ts'

/**
 * The one writer of a run, with a stream that is beyond doubt: what the contract asks of a recorder, so that an index
 * is tried as it is used. The stream decides; a binding that was there before is adopted and gets its event.
 */
export class FactRecorder {
  readonly #facts: FactIndex
  readonly #run: RunId
  readonly #events = openMemoryStores().events
  readonly #recorded = new Map<FactKey, ArtifactId>()

  constructor(facts: FactIndex, run: RunId) {
    this.#facts = facts
    this.#run = run
  }

  /** Resolves to the artifact that the fact means. */
  async record(key: FactKey, id: ArtifactId): Promise<ArtifactId> {
    const known = this.#recorded.get(key)
    if (known !== undefined) return known
    const { artifactId } = await this.#facts.bindIfUnset(this.#run, key, id)
    const after = this.#recorded.size
    const chain = envelopes({ run: this.#run, after }, [factEvent(key, artifactId)])
    await this.#events.append(this.#run, after, chain)
    this.#recorded.set(key, artifactId)
    return artifactId
  }

  rebuild(): Promise<RebuiltFactIndex> {
    return rebuildFactIndex({ events: this.#events, facts: this.#facts }, this.#run)
  }

  /** What the stream says. */
  async projection(): Promise<ReadonlyMap<FactKey, ArtifactId>> {
    const facts = await projectFacts(this.#events.read(this.#run))
    return new Map([...facts].map(([key, { payloadId }]) => [key, payloadId]))
  }
}

/** A stream as no store would give it out: read it, and do nothing else with it. */
export function streamOf(stored: readonly EventEnvelope[]): EventStore {
  const refuse = async (): Promise<never> => {
    throw new TypeError('this stream can only be read')
  }
  return {
    description: { name: 'stream', durability: 'none', capabilities: [] },
    read: async function* () {
      yield* stored
    },
    headSeq: refuse,
    append: refuse,
    listRuns: refuse,
    close: async () => undefined,
  }
}
