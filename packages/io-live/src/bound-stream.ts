import type { ArtifactId, IoResult } from '@mfm/core-types'
import type { AskedCall } from '@mfm/facts'
import { decodeStreamedAnswer, RecordedBody, streamedResult } from '@mfm/facts'
import type { BoundFactOptions } from './bound-fact.ts'
import { decodePayload, readPayload, refuseOtherRequest } from './bound-fact.ts'
import type { SettleQueue } from './settle-queue.ts'

/**
 * Answers a streamed call from the fact that its key is bound to.
 *
 * @throws MfmError as `answerBound`; `fact_payload_decode_failed` also for an answer that was not streamed
 */
export async function streamBound(
  asked: AskedCall,
  payloadId: ArtifactId,
  options: BoundFactOptions & { readonly settling: SettleQueue },
): Promise<IoResult> {
  const { writer, artifacts, numbers, settling } = options
  await refuseOtherRequest(asked, options)
  const payload = decodePayload(payloadId, await readPayload(payloadId, artifacts), numbers)
  const { attachments = [] } = (await writer.factMeta(asked.key)) ?? {}
  const answer = await decodeStreamedAnswer(payload, attachments, (id) => artifacts.get(id))
  const turn = async (): Promise<void> => {
    await settling.recorded(
      () => Promise.resolve(payloadId),
      () => Promise.resolve(),
    )
  }
  const turns = { chunk: turn, end: turn }
  return streamedResult(answer.response, new RecordedBody(answer, turns, asked))
}
