import { bytesArtifact, decodeJsonArtifact } from '@mfm/canonical-json'
import type {
  FactKey,
  ForkRecord,
  JsonValue,
  NewArtifact,
  NumberProfile,
  StateId,
} from '@mfm/core-types'
import { errorInfoSchema } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { RecordedFact } from '@mfm/facts'
import { isStreamedAnswer, payloadOf } from '@mfm/facts'
import type { FactSource } from '@mfm/io-replay'
import type { SecretGuard } from '@mfm/secrets'
import { refuseHits } from '@mfm/secrets'
import { z } from 'zod'
import { findFact, placeOf } from './find-fact.ts'
import type { ForkPoint } from './fork-point.ts'
import type { FactEdit } from './fork-request.ts'

export interface EditRules {
  readonly guard: SecretGuard
  readonly numbers: NumberProfile
}

/** Payloads that stand for those that the parent recorded, and what the manifest says of them. */
export interface FactEdits {
  readonly payloads: ReadonlyMap<FactKey, NewArtifact>
  readonly record: ForkRecord['facts']
}

/**
 * Finds the facts that are to be replaced, and judges what is to replace them.
 *
 * @throws MfmError `fork_fact_unknown`, `fork_edit_invalid`, `secrets_detected`, `fact_payload_not_canonical`
 */
export async function factEdits(
  source: FactSource,
  edits: readonly FactEdit[],
  { point, rules }: { readonly point: ForkPoint; readonly rules: EditRules },
): Promise<FactEdits> {
  const payloads = new Map<FactKey, NewArtifact>()
  const record: { key: FactKey; value: JsonValue }[] = []
  for (const { fact: given, value } of edits) {
    // In either mode of the guard: redacted, it would be another value than the one that was given.
    refuseHits(rules.guard.scan(value), 'the new value of a fact')
    const fact = findFact(source.facts, given, rules.guard)
    assertAhead(fact, point)
    if (payloads.has(fact.key)) throw invalid(fact, 'it is replaced twice')
    if (await isStreamed(fact, source)) throw invalid(fact, 'its answer was streamed')
    payloads.set(fact.key, await payloadFor(fact, value, { source, rules }))
    record.push({ key: fact.key, value })
  }
  return { payloads, record }
}

function assertAhead(fact: RecordedFact, { stateId, completed }: ForkPoint): void {
  const recordedIn: StateId | undefined = fact.meta?.stateId
  if (recordedIn === undefined || !completed.has(recordedIn)) return
  throw new MfmError('fork_edit_invalid', {
    message: `the fact ${placeOf(fact)} was recorded before ${stateId} began, so replacing it would change nothing`,
    details: { key: fact.key, stateId: recordedIn, at: stateId },
    help: `Fork at ${recordedIn}.`,
  })
}

async function payloadFor(
  fact: RecordedFact,
  value: JsonValue,
  { source, rules }: { readonly source: FactSource; readonly rules: EditRules },
): Promise<NewArtifact> {
  const { meta } = fact
  if (meta?.namespace === 'value' && meta.requestId === null) {
    throw invalid(fact, 'its value is what the code gave, not what the world answered')
  }
  if (meta?.namespace === 'random_bytes' && meta.requestId === null) {
    const { length } = await source.read(fact)
    const noise = z.array(z.int().min(0).max(255)).length(length).safeParse(value)
    if (!noise.success) throw invalid(fact, `it is a list of ${length} numbers from 0 to 255`)
    return bytesArtifact('fact_payload', Uint8Array.from(noise.data))
  }
  if (meta?.namespace === 'now_millis' && meta.requestId === null) {
    const isTime = z.int().nonnegative().safeParse(value).success
    if (!isTime) throw invalid(fact, 'it is a number of milliseconds since 1970')
  }
  if (meta !== undefined && meta.outcome !== 'answered') {
    const isError = errorInfoSchema.safeParse(value).success
    const members = 'code, category, retryable, message and details'
    if (!isError) throw invalid(fact, `it is a failure, with ${members}`)
  }
  return payloadOf(value, rules, 'the new value of a fact').artifact
}

/** How a body came is no value that could be given. */
async function isStreamed(
  { payloadId, meta }: RecordedFact,
  { artifacts }: FactSource,
): Promise<boolean> {
  if (meta?.attachments === undefined) return false
  return isStreamedAnswer(decodeJsonArtifact(payloadId, await artifacts.get(payloadId)))
}

function invalid(fact: RecordedFact, why: string): MfmError {
  return new MfmError('fork_edit_invalid', {
    message: `the fact ${placeOf(fact)} cannot be replaced so: ${why}`,
    details: { key: fact.key },
  })
}
