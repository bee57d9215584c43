import type { IoResult, JsonValue } from '@mfm/core-types'
import type {
  BodyOf,
  BodyParts,
  RecordedBody,
  RecordedFact,
  StreamChunk,
  StreamedAnswer,
} from '@mfm/facts'
import {
  BodyInTurn,
  decodeStreamedAnswer,
  errorAtEnd,
  isStreamedAnswer,
  KnownBody,
  streamedResult,
} from '@mfm/facts'
import type { FactSource } from './fact-source.ts'
import { failureFrom } from './recorded-payload.ts'
import type { SettleOrder } from './settle-order.ts'

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
  const { order, call, source, payload } = replay
  const { seq, meta } = fact
  const isKnown = order.isSettled(seq)
  const answer = await order.open(seq, async () => {
    const value = await payload()
    if (fact.key !== call.key && !isStreamedAnswer(value)) throw failureFrom(fact, value)
    const attachments = meta?.attachments ?? []
    return await decodeStreamedAnswer(value, attachments, (id) => source.artifacts.get(id))
  })
  const pace = paceOf(answer, replay)
  const body = isKnown
    ? new KnownBody(answer, { call, turns: order, pace })
    : new ReplayedBody(answer, { call, order, pace, seq })
  return streamedResult(answer.response, body, order)
}

type Pace = (index: number) => Promise<void>

function paceOf({ chunks }: StreamedAnswer, { pace }: StreamReplay): Pace {
  let waited = 0
  return async (index) => {
    const { millis = 0 } = chunks[index] ?? {}
    if (pace !== undefined && millis > waited) await pace(millis - waited)
    waited = Math.max(waited, millis)
  }
}

interface Replayed {
  readonly call: BodyOf
  readonly order: SettleOrder
  readonly pace: Pace
  /** Of the fact, which is where the body ends. */
  readonly seq: number
}

/** A body whose chunks stand between the facts of the attempt. */
class ReplayedBody extends BodyInTurn implements RecordedBody {
  readonly answer: StreamedAnswer

  constructor(answer: StreamedAnswer, replayed: Replayed) {
    super(new ReplayedParts(answer, replayed), replayed.order)
    this.answer = answer
  }
}

class ReplayedParts implements BodyParts {
  readonly #answer: StreamedAnswer
  readonly #replayed: Replayed
  #next = 0
  #isGivenUp = false

  constructor(answer: StreamedAnswer, replayed: Replayed) {
    this.#answer = answer
    this.#replayed = replayed
  }

  chunk(): Promise<Uint8Array | undefined> | undefined {
    const chunk = this.#isGivenUp ? undefined : this.#answer.chunks[this.#next]
    return chunk && this.#give(chunk)
  }

  async #give(chunk: StreamChunk): Promise<Uint8Array | undefined> {
    const { order, pace } = this.#replayed
    await order.part(chunk, () => pace(this.#next))
    if (this.#isGivenUp) return undefined
    this.#next += 1
    return Uint8Array.from(chunk.bytes)
  }

  end(): Promise<Error | undefined> {
    const { order, seq, call } = this.#replayed
    return order.settle(seq, async () => errorAtEnd(this.#answer, call))
  }

  giveUp(): void {
    this.#isGivenUp = true
  }
}
