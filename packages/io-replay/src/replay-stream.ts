import type { IoResult, JsonValue } from '@mfm/core-types'
import type { BodyOf, BodyTurns, RecordedFact, StreamedAnswer } from '@mfm/facts'
import { decodeStreamedAnswer, isStreamedAnswer, RecordedBody, streamedResult } from '@mfm/facts'
import type { FactSource } from './fact-source.ts'
import { failureFrom } from './recorded-payload.ts'
import type { SettleOrder, Turn } from './settle-order.ts'

export interface StreamReplay {
  readonly source: FactSource
  readonly order: SettleOrder
  /** Waits so many milliseconds; absent: chunks come at once. */
  readonly pace: ((millis: number) => Promise<void>) | undefined
  readonly call: BodyOf
  /** Reads the payload of the fact, proven. */
  readonly payload: () => Promise<JsonValue>
}

/**
 * Answers a streamed call from its fact: the head and each chunk have turns of their own.
 *
 * @throws MfmError the failure of a call that had no head; `fact_payload_decode_failed` for what was not streamed
 */
export async function replayStream(fact: RecordedFact, replay: StreamReplay): Promise<IoResult> {
  const { order, payload } = replay
  const { answer, failure, chunks } = await order.open(fact.seq, async () => {
    const value = await payload()
    const isFailure = fact.meta?.outcome !== 'answered' && !isStreamedAnswer(value)
    if (isFailure) return { failure: failureFrom(fact, value), head: undefined, chunks: [] }
    const read = await readAnswer(fact, value, replay)
    const turns = read.chunks.map((chunk) => order.turnAt(chunk))
    return { answer: read, head: order.turnAt(read.head), chunks: turns }
  })
  if (answer === undefined) throw failure
  return streamedResult(answer.response, bodyOf(fact, answer, { ...replay, chunks }))
}

async function readAnswer(
  { meta }: RecordedFact,
  payload: JsonValue,
  { source }: StreamReplay,
): Promise<StreamedAnswer> {
  return await decodeStreamedAnswer(payload, meta?.attachments ?? [], (id) =>
    source.artifacts.get(id),
  )
}

function bodyOf(
  { seq }: RecordedFact,
  answer: StreamedAnswer,
  { order, pace, chunks, call }: StreamReplay & { readonly chunks: readonly Turn[] },
): RecordedBody {
  const isEarlier = order.isSettled(seq)
  let waited = 0
  const wait = async (index: number): Promise<void> => {
    const { millis = 0 } = answer.chunks[index] ?? {}
    if (pace !== undefined && millis > waited) await pace(millis - waited)
    waited = Math.max(waited, millis)
  }
  const nothing = async (): Promise<void> => undefined
  const turns: BodyTurns = {
    chunk: async (index) => {
      const turn = chunks[index]
      if (isEarlier || turn === undefined) await order.settle(seq, () => wait(index))
      else await order.chunk(turn, () => wait(index))
    },
    end: async (read) => {
      order.forget(chunks.slice(read))
      await order.settle(seq, nothing)
    },
  }
  return new RecordedBody(answer, turns, call)
}
