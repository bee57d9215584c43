import type { ArtifactId, IoCall, IoResult, TransportAnswer } from '@mfm/core-types'
import type { AskedCall } from '@mfm/facts'
import { streamedResult } from '@mfm/facts'
import { joinSignals } from './abortable.ts'
import { streamBound } from './bound-stream.ts'
import { bindingConflict } from './failure.ts'
import { LiveBody } from './live-body.ts'
import type { LiveIoOptions } from './live-io.ts'
import type { Outcome } from './outcome.ts'
import { failed } from './outcome.ts'
import { perform } from './perform.ts'
import type { PreparedStream } from './prepare-answer.ts'
import { prepareStream } from './prepare-answer.ts'
import type { SettleQueue } from './settle-queue.ts'
import type { EndedStream } from './stream-outcome.ts'
import { streamEnded } from './stream-outcome.ts'
import { readClock, SYSTEM_SOURCES } from './system-sources.ts'
import type { FactCommit } from './write-request.ts'

/** Most bytes of a streamed body, where nobody says otherwise. */
const DEFAULT_LIMIT = 32 * 1024 * 1024

export interface LiveStreamsOptions {
  readonly io: LiveIoOptions
  readonly settling: SettleQueue
  /** Runs what performs a call. */
  readonly performing: <T>(task: () => T) => T
  /** Resolves to what the key is bound to, when it is the caller's turn. */
  readonly commit: (commit: FactCommit) => Promise<ArtifactId>
}

export interface StreamRequest {
  readonly call: IoCall
  readonly asked: AskedCall
  readonly signal: AbortSignal
  /** What another run may have for it. */
  readonly earlier: (() => Promise<TransportAnswer | undefined>) | undefined
}

/** The streamed calls of one attempt: their callers have the answers while they come. */
export class LiveStreams {
  readonly #options: LiveStreamsOptions
  readonly #open = new Set<LiveBody>()

  constructor(options: LiveStreamsOptions) {
    this.#options = options
  }

  /** Gives the head, and a body that is recorded when it has ended. */
  async open(request: StreamRequest): Promise<IoResult> {
    const { io, settling, commit } = this.#options
    const { asked } = request
    const known = await settling.recorded(
      () => io.writer.findFact(asked.key),
      (payloadId) => streamBound(asked, payloadId, { ...io, settling }),
    )
    if (known !== undefined) return known.value
    const giveUp = new AbortController()
    const begun = await this.#begin(request, giveUp)
    if ('commit' in begun) {
      await commit(begun.commit)
      return begun.settle()
    }
    const head = await settling.part()
    const { response, source } = begun
    const clock = io.clock ?? SYSTEM_SOURCES.clock
    const start = readClock(clock)
    const body = new LiveBody({
      source,
      giveUp,
      signal: request.signal,
      limit: io.maxStreamBytes ?? DEFAULT_LIMIT,
      turn: () => settling.part(),
      elapsed: () => Math.max(0, readClock(clock) - start),
      record: async (chunks, ending) => {
        const stream = { response, head, chunks, ...ending }
        await this.#record(asked, stream).finally(() => this.#open.delete(body))
      },
    })
    this.#open.add(body)
    return streamedResult(response, body)
  }

  /** Gives up what is open, and resolves when that has been recorded. */
  async close(): Promise<void> {
    await Promise.all([...this.#open].map((body) => body.return()))
  }

  /** Rejects with what the reader is to be told in place of an end. */
  async #record(asked: AskedCall, stream: EndedStream): Promise<void> {
    const { io, commit } = this.#options
    const outcome = streamEnded(asked, stream, io)
    const artifactId = await commit(outcome.commit)
    if (artifactId === outcome.commit.event.payloadId) return outcome.settle()
    const error = bindingConflict(asked.key)
    const lost = streamEnded(asked, { ...stream, ended: 'error', error }, io)
    await commit(lost.commit)
    lost.settle()
  }

  /** Never rejects: a failure is an outcome. */
  async #begin(
    { call, asked, signal, earlier }: StreamRequest,
    giveUp: AbortController,
  ): Promise<PreparedStream | Outcome<never>> {
    const { io, performing } = this.#options
    try {
      const joined = joinSignals(signal, giveUp.signal)
      const answer =
        (earlier && (await earlier())) ??
        (await performing(() => perform(call, asked.key, joined, io)))
      const { response, source } = prepareStream(answer, { guard: io.guard, numbers: io.numbers })
      const next = (): Promise<IteratorResult<Uint8Array>> => performing(() => source.next())
      const end = source.return?.bind(source)
      return { response, source: { next, ...(end && { return: end }) } }
    } catch (error) {
      return failed(asked, error, { ...io, aborted: signal.aborted })
    }
  }
}
