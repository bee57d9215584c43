import { decodeJsonArtifact } from '@mfm/canonical-json'
import type {
  ArtifactId,
  ArtifactStore,
  DivergencePolicy,
  FactMeta,
  IoResult,
  JsonValue,
  NumberProfile,
} from '@mfm/core-types'
import { hasCode, MfmError } from '@mfm/errors'
import type { AskedCall, Turns } from '@mfm/facts'
import { divergedError, isSameCall, recordedResult, supersedingCall } from '@mfm/facts'
import type { RunWriter } from './run-writer.ts'

export interface BoundFactOptions {
  readonly writer: Pick<RunWriter, 'factMeta'>
  readonly artifacts: ArtifactStore
  readonly numbers?: NumberProfile | undefined
  readonly divergence?: DivergencePolicy | undefined
  readonly turns: Pick<Turns, 'known'>
}

/**
 * Answers a call from the fact that its key is bound to.
 *
 * @throws MfmError `fact_diverged`, `fact_payload_get_failed`, `fact_payload_decode_failed`
 */
export async function answerBound(
  asked: AskedCall,
  payloadId: ArtifactId,
  options: BoundFactOptions,
): Promise<IoResult> {
  const { writer, artifacts, numbers, turns } = options
  // A key that was made from the request says itself which request it is.
  if (asked.occurrence === undefined) await refuseOtherRequest(asked, options)
  return recordedResult({
    response: decodePayload(payloadId, await readPayload(payloadId, artifacts), numbers),
    payloadId,
    attachments: async () => (await writer.factMeta(asked.key))?.attachments ?? [],
    readAttachment: (id) => artifacts.get(id),
    turns,
  })
}

/** The call as it is to be answered where a changed request is performed again: under a key of its own, once bound. */
export async function rerunCall(
  asked: AskedCall,
  writer: Pick<RunWriter, 'findFact' | 'factMeta'>,
): Promise<AskedCall> {
  if (asked.occurrence !== undefined) return asked
  const changed = supersedingCall(asked)
  if ((await writer.findFact(changed.key)) !== undefined) return changed
  return isSameCall(await writer.factMeta(asked.key), asked) ? asked : changed
}

/** @throws MfmError `fact_diverged` where the key was bound by another call */
export async function refuseOtherRequest(
  asked: AskedCall,
  { writer, artifacts, divergence }: BoundFactOptions,
): Promise<void> {
  if (divergence === 'accept-recorded') return
  const meta = await writer.factMeta(asked.key)
  if (meta === undefined || isSameCall(meta, asked)) return
  throw divergedError(asked, meta, await recordedRequest(meta, artifacts))
}

/** @throws MfmError `fact_payload_get_failed`, with the store's error as its cause */
export async function readPayload(
  payloadId: ArtifactId,
  artifacts: ArtifactStore,
): Promise<Uint8Array> {
  try {
    return await artifacts.get(payloadId)
  } catch (cause) {
    throw payloadError('fact_payload_get_failed', payloadId, cause)
  }
}

/** @throws MfmError `fact_payload_get_failed`, `fact_payload_decode_failed` */
export function decodePayload(
  payloadId: ArtifactId,
  bytes: Uint8Array,
  numbers: NumberProfile | undefined,
): JsonValue {
  try {
    return decodeJsonArtifact(payloadId, bytes, { numbers })
  } catch (cause) {
    const isUnread = hasCode(cause, 'artifact_corruption')
    const code = isUnread ? 'fact_payload_get_failed' : 'fact_payload_decode_failed'
    throw payloadError(code, payloadId, cause)
  }
}

function payloadError(
  code: 'fact_payload_get_failed' | 'fact_payload_decode_failed',
  payloadId: ArtifactId,
  cause: unknown,
): MfmError {
  const isUnread = code === 'fact_payload_get_failed'
  const message = isUnread ? `the payload ${payloadId} of a fact cannot be read` : undefined
  return new MfmError(code, { message, details: { payloadId }, cause })
}

/** `undefined` where the fact has no request or it cannot be read: the call diverged all the same. */
async function recordedRequest(
  { requestId }: FactMeta,
  artifacts: ArtifactStore,
): Promise<JsonValue | undefined> {
  if (requestId === null) return undefined
  try {
    return decodeJsonArtifact(requestId, await artifacts.get(requestId))
  } catch {
    return undefined
  }
}
