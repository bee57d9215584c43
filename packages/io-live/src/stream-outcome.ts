import type { JsonValue, NewArtifact, NumberProfile, StreamEnd } from '@mfm/core-types'
import type { MfmError } from '@mfm/errors'
import type { AskedCall, StreamChunk, StreamPlace } from '@mfm/facts'
import { encodeStreamedAnswer, failureKey, STREAM_OUTCOMES } from '@mfm/facts'
import { failureError, failureInfo } from './failure.ts'
import type { Outcome, OutcomeOptions } from './outcome.ts'
import { failed, metaOf } from './outcome.ts'
import { judgeAttachment } from './prepare-answer.ts'

export interface StreamEnding {
  readonly ended: StreamEnd['ended']
  /** Why, for `error` and for a body that a signal ended. */
  readonly error?: unknown
}

/** A streamed answer whose body has ended, as far as its caller had it. */
export interface EndedStream extends StreamEnding {
  readonly response: JsonValue
  readonly head: StreamPlace
  readonly chunks: readonly StreamChunk[]
}

/**
 * What is recorded of a streamed call. Only a whole body is bound to the key of the call; any other is, like a failure,
 * a fact of its attempt, so that the next attempt asks again.
 */
export function streamEnded(
  asked: AskedCall,
  stream: EndedStream,
  options: OutcomeOptions & { readonly numbers?: NumberProfile | undefined },
): Outcome<MfmError | undefined> {
  const { scope, guard, numbers } = options
  const { ended, error } = stream
  const info = error === undefined ? null : failureInfo(error, (text) => guard.redactText(text))
  try {
    const { payload, body, delivery } = encodeStreamedAnswer({ ...stream, error: info }, numbers)
    judgeAttachment(body, guard)
    const artifacts: NewArtifact[] = [payload, asked.identity.artifact, body, delivery]
    const key = ended === 'complete' ? asked.key : failureKey(scope, asked)
    const meta = {
      ...metaOf(asked, scope, STREAM_OUTCOMES[ended]),
      attachments: [body.id, delivery.id],
    }
    return {
      commit: {
        artifacts,
        event: { type: 'fact_recorded', v: 1, key, payloadId: payload.id, meta },
      },
      settle: () => (info === null ? undefined : failureError(info, error)),
    }
  } catch (refusal) {
    return failed(asked, refusal, { ...options, aborted: false })
  }
}
