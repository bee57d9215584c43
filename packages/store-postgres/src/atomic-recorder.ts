import { randomBytes } from 'node:crypto'
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
import type { ArtifactWriter } from './artifact-writer.ts'
import { artifactValues, distinct, idBytes } from './artifact-writer.ts'
import type { AtomicStatements } from './atomic-sql.ts'
import { binaryArray } from './binary-array.ts'
import type { Call } from './call.ts'
import type { Claim } from './claim.ts'
import type { EventBatch } from './event-batch.ts'
import { eventBatch, MAX_MESSAGE_BYTES, valuesOfMany } from './event-batch.ts'
import type { EventWriter } from './event-writer.ts'
import { boundTo, keyDigest, TOKEN_BYTES } from './fact-index.ts'
import type { FactStatements } from './fact-sql.ts'
import type { Statement, Value } from './statement.ts'

export interface AtomicRecorderParts {
  /** The event store's. */
  readonly claim: Claim
  readonly statements: AtomicStatements
  readonly facts: FactStatements
  readonly events: EventWriter
  readonly artifacts: ArtifactWriter
  readonly payloadBytes: number
}

type Binding = AtomicBatch['bindings'][number]

/** Artifacts, bindings and events of a run in one statement, and so in one commit. */
export class PostgresAtomicRecorder implements AtomicRecorder {
  readonly #parts: AtomicRecorderParts

  constructor(parts: AtomicRecorderParts) {
    this.#parts = parts
  }

  async recordAtomically(
    run: RunId,
    expectedSeq: number,
    { artifacts, bindings, events }: AtomicBatch,
    options?: CallOptions,
  ): Promise<number> {
    const { claim, payloadBytes } = this.#parts
    return await claim.call(options, async (call) => {
      const runId = parseId('run_id', run)
      const encoded = encodeEvents(runId, expectedSeq, events, payloadBytes)
      const given = distinct(artifacts.map((one) => givenArtifact(one, payloadBytes)))
      requireRoom(given)
      const bound = bindings.map(({ key, artifactId }) => ({
        key: parseFactKey(key),
        artifactId: parseId('artifact_id', artifactId),
      }))
      const batch = eventBatch(runId, expectedSeq, encoded)
      return await this.#record(call, batch, given, bound)
    })
  }

  async #record(
    call: Call,
    batch: EventBatch,
    artifacts: readonly NewArtifact[],
    bindings: readonly Binding[],
  ): Promise<number> {
    const { run, expected } = batch
    const byKey = uniqueBindings(run, bindings)
    // The head is judged before the bindings.
    if (byKey instanceof MfmError) {
      await this.#parts.events.requireHead(call, run, expected)
      throw byKey
    }
    const values = [...valuesOfMany(batch), ...artifactValues(artifacts), ...bindingValues(byKey)]
    const statement = this.#statement(batch)
    const explain = async (): Promise<void> => {
      await this.#parts.events.requireHead(call, run, expected)
      await this.#requireUnbound(call, run, byKey)
      await this.#parts.artifacts.requireSound(call, artifacts)
    }
    return await this.#parts.events.write(call, batch, { statement, values, explain })
  }

  #statement({ expected, texts }: EventBatch): Statement<unknown> {
    const { begin, append, precede } = this.#parts.statements
    if (expected !== 0) return append
    return texts.length > 0 ? begin : precede
  }

  /** @throws MfmError `fact_binding_conflict` */
  async #requireUnbound(
    call: Call,
    runId: RunId,
    bindings: ReadonlyMap<FactKey, ArtifactId>,
  ): Promise<void> {
    const { claim, facts } = this.#parts
    const digests = binaryArray('bytea', Array.from(bindings.keys(), keyDigest))
    const { rows } = await claim.database.run(call, facts.bound, [runId, digests])
    const bound = new Map(rows.map((row) => [row.key_digest, boundTo(runId, row)]))
    for (const [key, given] of bindings) {
      const stored = bound.get(`\\x${keyDigest(key).toString('hex')}`)
      if (stored !== undefined && stored !== given) throw conflict({ runId, key, given }, stored)
    }
  }
}

/** Each key once, or the conflict of two bindings of one key. */
function uniqueBindings(
  runId: RunId,
  bindings: readonly Binding[],
): ReadonlyMap<FactKey, ArtifactId> | MfmError {
  const unique = new Map<FactKey, ArtifactId>()
  for (const { key, artifactId: given } of bindings) {
    const bound = unique.get(key) ?? given
    if (bound !== given) return conflict({ runId, key, given }, bound)
    unique.set(key, given)
  }
  return unique
}

function bindingValues(bindings: ReadonlyMap<FactKey, ArtifactId>): readonly Value[] {
  const keys = Array.from(bindings.keys(), (key) => Buffer.from(key))
  return [
    binaryArray('bytea', keys.map(keyDigest)),
    binaryArray('bytea', keys),
    binaryArray('bytea', Array.from(bindings.values(), idBytes)),
    randomBytes(TOKEN_BYTES),
  ]
}

interface GivenBinding {
  readonly runId: RunId
  readonly key: FactKey
  readonly given: ArtifactId
}

function conflict({ runId, key, given }: GivenBinding, bound: ArtifactId): MfmError {
  return new MfmError('fact_binding_conflict', { details: { runId, key, bound, given } })
}

/** @throws MfmError `payload_too_large` where no message could hold them */
function requireRoom(artifacts: readonly NewArtifact[]): void {
  const size = artifacts.reduce((sum, { bytes }) => sum + bytes.length, 0)
  if (size <= MAX_MESSAGE_BYTES / 2) return
  throw new MfmError('payload_too_large', { details: { limit: MAX_MESSAGE_BYTES / 2, size } })
}
