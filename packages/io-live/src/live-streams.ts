import type { ArtifactId, FactKey, IoCall, IoResult, TransportAnswer } from '@mfm/core-types'
import type { MfmError } from '@mfm/errors'
import type { AskedCall } from '@mfm/facts'
import { BodyInTurn, streamedResult } from '@mfm/facts'
import { joinSignals } from './abortable.ts'
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
  readonly io: LiveIoOptions & { readonly turns: SettleQueue }
  /** Runs what performs a call. */
  readonly performing: <T>(task: () => T) => T
  /** Resolves to what the key is bound to, when it is the caller's turn. */
  readonly commit: (commit: FactCommit) => Promise<ArtifactId>
  /** Told when it is the turn of the end of a body, and what the key is bound to then; `undefined` where it is not. */
  readonly onEnded: (key: FactKey, payloadId: ArtifactId | undefined) => void
}

/** What has been asked for is there, and its caller goes on. */
export interface Made<T> {
  /** What the key that was asked for is bound to now; `undefined` where it is not. */
  readonly payloadId: ArtifactId | undefined
  /** Whether the fact has yet to be recorded. */
  readonly isOpen?: boolean
  /** Gives the result or throws the failure. */
  readonly settle: () => T | Promise<T>
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
  readonly #open = new Set<BodyInTurn>()

  constructor(options: LiveStreamsOptions) {
    this.#options = options
  }

  /** Gives the head, and a body that is recorded when it has ended. */
  async open(request: StreamRequest): Promise<Made<IoResult>> {
    const { io, commit } = this.#options
    const letGo = new AbortController()
    const begun = await this.#begin(request, letGo)
    if ('commit' in begun) {
      await commit(begun.commit)
      return { payloadId: undefined, settle: begun.settle }
    }
    const { response } = begun
    const head = await io.turns.part()
    const body = this.#bodyOf(request, { ...begun, head }, letGo)
    return {
      payloadId: undefined,
      isOpen: true,
      settle: () => streamedResult(response, body, io.turns),
    }
  }

  #bodyOf(
    { asked, signal }: StreamRequest,
    { response, head, source }: PreparedStream & Pick<EndedStream, 'head'>,
    letGo: AbortController,
  ): BodyInTurn {
    const { io } = this.#options
    const clock = io.clock ?? SYSTEM_SOURCES.clock
    const start = readClock(clock)
    const parts = new LiveBody({
      source,
      letGo,
      signal,
      limit: io.maxStreamBytes ?? DEFAULT_LIMIT,
      turns: io.turns,
      elapsed: () => Math.max(0, readClock(clock) - start),
      record: async (chunks, ending) => {
        const stream = { response, head, chunks, ...ending }
        return await this.#record(asked, stream).finally(() => this.#open.delete(body))
      },
    })
    const body = new BodyInTurn(parts, io.turns)
    this.#open.add(body)
    return body
  }

  /** Gives up what is open, and resolves when that has been recorded. */
  async close(): Promise<void> {
    await Promise.all([...this.#open].map((body) => body.return()))
  }

  /** Resolves to what a reader is to be told; rejects where even one who has given the body up is. */
  async #record(asked: AskedCall, stream: EndedStream): Promise<MfmError | undefined> {
    const { io, commit, onEnded } = this.#options
    let bound: ArtifactId | undefined
    try {
      const { commit: ended, settle } = streamEnded(asked, stream, io)
      const { key, payloadId } = ended.event
      const artifactId = await commit(ended)
      if (key === asked.key) bound = artifactId
      if (artifactId === payloadId) return settle()
      const error = bindingConflict(asked.key)
      const lost = streamEnded(asked, { ...stream, ended: 'error', error }, io)
      await commit(lost.commit)
      return lost.settle()
    } finally {
      onEnded(asked.key, bound)
    }
  }

  /** Never rejects: a failure is an outcome. */
  async #begin(
    { call, asked, signal, earlier }: StreamRequest,
    letGo: AbortController,
  ): Promise<PreparedStream | Outcome<never>> {
    const { io, performing } = this.#options
    try {
      const joined = joinSignals(signal, letGo.signal)
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
