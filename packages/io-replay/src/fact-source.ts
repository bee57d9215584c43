import { decodeJsonArtifact } from '@mfm/canonical-json'
import type {
  ArtifactId,
  ArtifactStore,
  EventEnvelope,
  FactKey,
  IoScope,
  JsonValue,
  RunId,
  Stores,
} from '@mfm/core-types'
import { hasCode, MfmError } from '@mfm/errors'
import type { RecordedFact } from '@mfm/facts'
import { addFact } from '@mfm/facts'
import { ReadAhead } from './read-ahead.ts'

/** What the stream says of one attempt. */
export interface RecordedAttempt {
  /** Where the attempt began: what was recorded before it, it could see. `undefined` where the stream does not say. */
  readonly enteredSeq: number | undefined
  /** Where it ended: what was recorded after it, it could not see. `undefined` as above. */
  readonly endedSeq: number | undefined
  /** Where its facts are, in ascending order. */
  readonly factSeqs: readonly number[]
  readonly hasFailures: boolean
}

/** How much of a recording a replay has used. */
export interface ReplayCounts {
  readonly recorded: number
  readonly used: number
  readonly unused: number
}

const NOTHING: RecordedAttempt = Object.freeze({
  enteredSeq: undefined,
  endedSeq: undefined,
  factSeqs: [],
  hasFailures: false,
})

/**
 * The facts of one run, for all attempts that are replayed from it. Reads the stream once; payloads are read in
 * batches when they are asked for.
 */
export class FactSource {
  readonly runId: RunId
  readonly artifacts: ArtifactStore
  readonly facts: ReadonlyMap<FactKey, RecordedFact>
  readonly #attempts: ReadonlyMap<string, RecordedAttempt>
  readonly #order: readonly RecordedFact[]
  /** Place in the order by sequence, and what was used by place: arrays, because there may be millions. */
  readonly #placeOf: Uint32Array
  readonly #isUsed: Uint8Array
  readonly #readAhead: ReadAhead
  #used = 0

  private constructor(runId: RunId, artifacts: ArtifactStore, stream: Projection) {
    this.runId = runId
    this.artifacts = artifacts
    this.facts = stream.facts
    this.#attempts = stream.attempts
    this.#order = [...stream.facts.values()]
    this.#placeOf = new Uint32Array((this.#order.at(-1)?.seq ?? 0) + 1)
    this.#isUsed = new Uint8Array(this.#order.length)
    const payloadIds = this.#order.map(({ seq, payloadId }, place) => {
      this.#placeOf[seq] = place
      return payloadId
    })
    this.#readAhead = new ReadAhead(artifacts, payloadIds)
  }

  /**
   * @param onEnvelope told of every envelope on the way, for callers that need the stream as well
   * @throws MfmError `run_not_found` for an empty stream; `fact_recorded_malformed`, `fact_recorded_conflict`
   */
  static async load(
    { events, artifacts }: Pick<Stores, 'events' | 'artifacts'>,
    runId: RunId,
    onEnvelope?: (envelope: EventEnvelope) => void,
  ): Promise<FactSource> {
    const stream = new Projection()
    for await (const envelope of events.read(runId)) {
      onEnvelope?.(envelope)
      stream.add(envelope)
    }
    if (stream.isEmpty) throw new MfmError('run_not_found', { details: { runId } })
    return new FactSource(runId, artifacts, stream)
  }

  attempt({ stateId, attempt }: Pick<IoScope, 'stateId' | 'attempt'>): RecordedAttempt {
    return this.#attempts.get(`${stateId}|${attempt}`) ?? NOTHING
  }

  /**
   * The bytes of a fact's payload, not yet proven; at once where they have been read ahead. Counts the fact as used.
   *
   * @throws MfmError `artifact_corruption` where the store says so; `fact_payload_get_failed` for any other reason
   */
  read({ key, seq, payloadId }: RecordedFact): Uint8Array | Promise<Uint8Array> {
    const place = this.#placeOf[seq] ?? 0
    if (this.#isUsed[place] === 0) {
      this.#isUsed[place] = 1
      this.#used += 1
    }
    const bytes = this.#readAhead.get(place)
    if (bytes instanceof Uint8Array) return bytes
    return bytes.catch((cause: unknown) => {
      if (hasCode(cause, 'artifact_corruption')) throw cause
      throw new MfmError('fact_payload_get_failed', {
        message: `the payload ${payloadId} of a fact cannot be read`,
        details: { key, payloadId },
        cause,
      })
    })
  }

  /** The request that a fact was recorded with; `undefined` where there is none or it cannot be read. */
  async request(requestId: ArtifactId | null): Promise<JsonValue | undefined> {
    if (requestId === null) return undefined
    try {
      return decodeJsonArtifact(requestId, await this.artifacts.get(requestId))
    } catch {
      return undefined
    }
  }

  isUsed({ seq }: RecordedFact): boolean {
    return this.#isUsed[this.#placeOf[seq] ?? 0] === 1
  }

  /** Facts that no call has asked for yet, in the order they were recorded. */
  unusedFacts(): readonly RecordedFact[] {
    return this.#order.filter((_, place) => this.#isUsed[place] === 0)
  }

  /** Facts that an attempt recorded and no call has asked for yet, in the order they were recorded. */
  unusedFactsOf(scope: Pick<IoScope, 'stateId' | 'attempt'>): readonly RecordedFact[] {
    return this.attempt(scope).factSeqs.flatMap((seq) => {
      const place = this.#placeOf[seq] ?? 0
      const fact = this.#isUsed[place] === 1 ? undefined : this.#order[place]
      return fact ?? []
    })
  }

  get counts(): ReplayCounts {
    const { size: recorded } = this.facts
    return { recorded, used: this.#used, unused: recorded - this.#used }
  }
}

interface GrowingAttempt {
  enteredSeq: number | undefined
  endedSeq: number | undefined
  readonly factSeqs: number[]
  hasFailures: boolean
}

/** Everything that a replay needs of a stream, gathered in one pass. */
class Projection {
  readonly facts = new Map<FactKey, RecordedFact>()
  readonly attempts = new Map<string, GrowingAttempt>()
  isEmpty = true

  add(envelope: EventEnvelope): void {
    this.isEmpty = false
    const { seq, event } = envelope
    if (event.type === 'state_entered') this.#attempt(event).enteredSeq = seq
    if (event.type === 'state_completed' || event.type === 'state_failed') {
      this.#attempt(event).endedSeq = seq
    }
    if (event.type !== 'fact_recorded') return
    const fact = addFact(this.facts, envelope)
    if (fact?.meta === undefined) return
    const attempt = this.#attempt(fact.meta)
    attempt.factSeqs.push(seq)
    attempt.hasFailures ||= fact.meta.outcome !== 'answered'
  }

  #attempt({ stateId, attempt }: Pick<IoScope, 'stateId' | 'attempt'>): GrowingAttempt {
    const id = `${stateId}|${attempt}`
    const known = this.attempts.get(id)
    if (known !== undefined) return known
    const fresh = { ...NOTHING, factSeqs: [] }
    this.attempts.set(id, fresh)
    return fresh
  }
}
