import type { ArtifactId, IoResult, JsonValue, StreamedBody } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { Turns } from './turns.ts'

export interface RecordedAnswer {
  /** Decoded from the recorded bytes. */
  readonly response: JsonValue
  readonly payloadId: ArtifactId
  /** The bodies that belong to the answer; asked when the first one is read. */
  readonly attachments: () => Promise<readonly ArtifactId[]>
  readonly readAttachment: (id: ArtifactId) => Promise<Uint8Array>
  readonly turns: Pick<Turns, 'known'>
}

/** What a provider gives for a recorded answer, in live mode and in replay alike. */
export function recordedResult({
  response,
  payloadId,
  attachments,
  readAttachment,
  turns,
}: RecordedAnswer): IoResult {
  return {
    response,
    recordedPayloadId: payloadId,
    attachment: (id) =>
      turns.known(async () => {
        if ((await attachments()).includes(id)) return await readAttachment(id)
        throw foreignAttachment(id)
      }),
  }
}

/** What a provider gives for a streamed answer, in live mode and in replay alike. */
export function streamedResult(
  response: JsonValue,
  body: StreamedBody,
  turns: Pick<Turns, 'known'>,
): IoResult {
  const attachment = (id: ArtifactId): Promise<never> =>
    turns.known(() => Promise.reject(foreignAttachment(id)))
  return { response, body, recordedPayloadId: null, attachment }
}

/** The error for bytes that an answer does not hold. */
export function foreignAttachment(id: ArtifactId): MfmError {
  return new MfmError('artifact_not_found', {
    message: `the answer has no attachment ${id}`,
    details: { artifactId: id },
  })
}
