import type { RunNews } from '@mfm/adapter-kit'
import { encodeEvents, givenArtifact, parseFactKey } from '@mfm/adapter-kit'
import type {
  ArtifactId,
  AtomicBatch,
  AtomicRecorder,
  CallOptions,
  FactKey,
  NewArtifact,
  RunId,
} from '@mfm/core-types'
import { MfmError, parseId } from '@mfm/errors'
import { readArtifact } from './artifact-bytes.ts'
import { eventDamage } from './event-reader.ts'
import { requireHead } from './event-store.ts'
import type { Journal } from './journal.ts'
import type { Recording } from './recorder.ts'
import type { Claim } from './shared-file.ts'

/** Artifacts, bindings and events of a run in one commit of the file. */
export class SqliteAtomicRecorder implements AtomicRecorder {
  readonly #claim: Claim
  readonly #payloadBytes: number
  readonly #news: RunNews

  constructor(claim: Claim, payloadBytes: number, news: RunNews) {
    this.#claim = claim
    this.#payloadBytes = payloadBytes
    this.#news = news
  }

  async recordAtomically(
    run: RunId,
    expectedSeq: number,
    { artifacts, bindings, events }: AtomicBatch,
    { signal }: CallOptions = {},
  ): Promise<number> {
    this.#claim.requireOpen(signal)
    const runId = parseId('run_id', run)
    const encoded = encodeEvents(runId, expectedSeq, events, this.#payloadBytes)
    const given = artifacts.map((artifact) => givenArtifact(artifact, this.#payloadBytes))
    const bound = bindings.map(({ key, artifactId }) => ({
      key: parseFactKey(key),
      artifactId: parseId('artifact_id', artifactId),
    }))
    try {
      const head = await this.#claim.backend.write(signal, (journal, recorder) => {
        requireHead(journal, runId, expectedSeq)
        recorder.record({
          run: runId,
          artifacts: unstored(journal, given),
          bindings: unbound(journal, runId, bound),
          events: encoded,
        })
        return expectedSeq + encoded.length
      })
      this.#news.tell(runId)
      return head
    } catch (error) {
      throw eventDamage(error, runId)
    }
  }
}

/** A document of up to this many bytes is stored again when it was not stored lately: that costs less than to look. */
const REPEATED_BYTES = 512

/**
 * Those artifacts that are not stored yet, each once. Stored ones are proven, so that no event points at damage.
 *
 * @throws MfmError `artifact_corruption`
 */
function unstored(journal: Journal, artifacts: readonly NewArtifact[]): Iterable<NewArtifact> {
  const fresh = artifacts.filter(({ id, bytes }) => {
    const mayBeStored = bytes.length > REPEATED_BYTES || journal.tail.artifacts.has(id)
    return !mayBeStored || readArtifact(journal, id) === undefined
  })
  // Mostly a payload and its request.
  if (fresh.length <= 2 && fresh[0]?.id !== fresh[1]?.id) return fresh
  return new Map(fresh.map((artifact) => [artifact.id, artifact])).values()
}

/**
 * Those bindings that are not in the index yet.
 *
 * @throws MfmError `fact_binding_conflict`
 */
function unbound(
  journal: Journal,
  runId: RunId,
  bindings: AtomicBatch['bindings'],
): Recording['bindings'] {
  const fresh = new Map<FactKey, ArtifactId>()
  for (const { key, artifactId: given } of bindings) {
    const bound = fresh.get(key) ?? journal.binding(runId, key)
    if (bound === undefined) fresh.set(key, given)
    else if (bound !== given) {
      throw new MfmError('fact_binding_conflict', { details: { runId, key, bound, given } })
    }
  }
  return fresh
}
