import type { ArtifactId, IoResult } from '@mfm/core-types'
import type { AskedCall } from '@mfm/facts'
import { decodeStreamedAnswer, KnownBody, streamedResult } from '@mfm/facts'
import type { BoundFactOptions } from './bound-fact.ts'
import { decodePayload, readPayload, refuseOtherRequest } from './bound-fact.ts'

/**
 * Answers a streamed call from the fact that its key is bound to.
 *
 * @throws MfmError as `answerBound`; `fact_payload_decode_failed` also for an answer that was not streamed
 */
export async function streamBound(
  asked: AskedCall,
  payloadId: ArtifactId,
  options: BoundFactOptions,
): Promise<IoResult> {
  const { writer, artifacts, numbers, turns } = options
  await refuseOtherRequest(asked, options)
  const payload = decodePayload(payloadId, await readPayload(payloadId, artifacts), numbers)
  const { attachments = [] } = (await writer.factMeta(asked.key)) ?? {}
  const answer = await decodeStreamedAnswer(payload, attachments, (id) => artifacts.get(id))
  const body = new KnownBody(answer, { call: asked, turns })
  return streamedResult(answer.response, body, turns)
}
