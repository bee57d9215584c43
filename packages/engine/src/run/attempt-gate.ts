import type {
  ArtifactId,
  CallOptions,
  EventRecorder,
  FactKey,
  IoCall,
  IoProvider,
  IoResult,
  JsonValue,
  SideEffects,
  StreamedBody,
} from '@mfm/core-types'
import { hasCode, MfmError } from '@mfm/errors'
import { afterMicrotasks, annotate, deepStack } from '@mfm/facts'
import { FollowedBody } from './followed-body.ts'
import type { AttemptTools } from './run-host.ts'

/** What can stop a live run; the stack of the error itself ends in the queue of its key. */
const DIVERGED = ['fact_diverged', 'fact_payload_conflict'] as const

/**
 * Stands between a state and the world for the time of one attempt: owns every call in flight, refuses calls of a
 * state that is declared pure, lets nothing in once the attempt must end, and shuts when it has ended.
 */
export class AttemptGate implements IoProvider, EventRecorder {
  readonly #tools: AttemptTools
  readonly #sideEffects: SideEffects
  readonly #signal: AbortSignal
  readonly #inFlight = new Set<Promise<unknown>>()
  readonly #open = new Set<StreamedBody>()
  /** Why a body that was given up could not be recorded. */
  #trouble: { readonly reason: unknown } | undefined
  #isEnding = false
  #shut = false

  constructor(tools: AttemptTools, sideEffects: SideEffects, signal: AbortSignal) {
    this.#signal = signal
    this.#tools = tools
    this.#sideEffects = sideEffects
  }

  /**
   * Gives up the bodies that are open, resolves when nothing is in flight and nobody who waited for it asks for more, and
   * lets nothing in any more.
   *
   * @throws what a body that was given up could not be recorded for
   */
  async settle(): Promise<void> {
    this.#isEnding = true
    for (const body of this.#open) this.#giveUp(body)
    while (this.#inFlight.size > 0) {
      await Promise.allSettled(this.#inFlight)
      await new Promise<void>(afterMicrotasks)
    }
    this.#shut = true
    if (this.#trouble !== undefined) throw this.#trouble.reason
  }

  #giveUp(body: StreamedBody): void {
    this.#follow(() => body.return()).catch((reason: unknown) => {
      this.#trouble ??= { reason }
    })
  }

  /** Lets nothing in any more, whatever is in flight. */
  shut(): void {
    this.#shut = true
  }

  call(call: IoCall, options?: CallOptions): Promise<IoResult> {
    if (call.stream === true) return this.#track(() => this.#stream(call, options))
    return this.#track(() => this.#io().call(call, options))
  }

  async #stream(call: IoCall, options?: CallOptions): Promise<IoResult> {
    const result = await this.#io().call(call, options)
    if (result.body === undefined) return result
    const body = new FollowedBody(result.body, {
      around: (read) => this.#track(read),
      onEnd: (ended) => this.#open.delete(ended),
    })
    this.#open.add(body)
    // Nobody is there for it any more.
    if (this.#isEnding) this.#giveUp(body)
    return { ...result, body }
  }

  getRecordedFact(key: FactKey): Promise<ArtifactId | undefined> {
    return this.#track(() => this.#io().getRecordedFact(key))
  }

  recordValue(key: FactKey, value: JsonValue): Promise<ArtifactId> {
    return this.#track(() => this.#io().recordValue(key, value))
  }

  nowMillis(): Promise<number> {
    return this.#track(() => this.#io().nowMillis())
  }

  randomBytes(length: number): Promise<Uint8Array> {
    return this.#track(() => this.#io().randomBytes(length))
  }

  sleepMs(millis: number, options?: CallOptions): Promise<void> {
    return this.#track(() => this.#tools.io.sleepMs(millis, options))
  }

  emit(name: string, payload: JsonValue): Promise<void> {
    return this.#track(() => this.#tools.events.emit(name, payload))
  }

  emitMany(
    events: readonly { readonly name: string; readonly payload: JsonValue }[],
  ): Promise<void> {
    return this.#track(() => this.#tools.events.emitMany(events))
  }

  /** As {@link AttemptTools.inTurn}; the attempt does not end before. */
  async inTurn<T>(wait: () => Promise<T>): Promise<T> {
    return await this.#follow(() => this.#tools.inTurn(wait))
  }

  #io(): IoProvider {
    if (this.#sideEffects === 'pure') {
      throw new MfmError('io_not_allowed', {
        message: "the state is declared 'pure' and asked for outside input",
      })
    }
    return this.#tools.io
  }

  #track<T>(operation: () => Promise<T>): Promise<T> {
    return this.#follow(() => {
      if (this.#shut) throw new MfmError('attempt_ended')
      this.#signal.throwIfAborted()
      return operation()
    })
  }

  async #follow<T>(operation: () => Promise<T>): Promise<T> {
    const running = operation()
    this.#inFlight.add(running)
    try {
      return await running
    } catch (error) {
      if (hasCode(error, ...DIVERGED)) annotate(error, { waiting: deepStack() })
      throw error
    } finally {
      this.#inFlight.delete(running)
    }
  }
}
