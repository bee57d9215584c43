import type {
  ArtifactId,
  CallOptions,
  FactKey,
  IoCall,
  IoProvider,
  IoResult,
  JsonValue,
  Transport,
} from '@mfm/core-types'
import { parseSleep } from '@mfm/facts'
import type { LiveIoOptions } from '@mfm/io-live'
import { LiveIo } from '@mfm/io-live'
import type { ForkWriter } from './fork-writer.ts'
import type { ParentFacts } from './parent-facts.ts'

export interface LiveForkIoOptions {
  readonly parent: ParentFacts
  readonly writer: ForkWriter
  readonly live: Omit<LiveIoOptions, 'writer'>
}

/**
 * Answers from the parent's facts and records each answer as a fact of the fork, under the fork's own keys. What the
 * parent did not record is performed and recorded. One per attempt.
 */
export class LiveForkIo implements IoProvider {
  readonly #options: LiveForkIoOptions
  readonly #live: LiveIo

  constructor(options: LiveForkIoOptions) {
    const { writer, live } = options
    const { transport } = live
    this.#options = options
    this.#live = new LiveIo({
      ...live,
      writer,
      transport: transport && { call: this.#leaving((call) => transport.call(call)) },
    })
  }

  async call(call: IoCall, options?: CallOptions): Promise<IoResult> {
    const { factKey, perform } = call
    if (typeof factKey === 'string') this.#inherit(factKey, 'with its origin')
    const leaving = perform === undefined ? call : { ...call, perform: this.#leaving(perform) }
    return await this.#live.call(leaving, options)
  }

  async getRecordedFact(key: FactKey): Promise<ArtifactId | undefined> {
    this.#inherit(key)
    return await this.#live.getRecordedFact(key)
  }

  async recordValue(key: FactKey, value: JsonValue): Promise<ArtifactId> {
    this.#inherit(key)
    return await this.#live.recordValue(key, value)
  }

  async nowMillis(): Promise<number> {
    return await this.#live.nowMillis()
  }

  async randomBytes(length: number): Promise<Uint8Array> {
    return await this.#live.randomBytes(length)
  }

  /** Nothing has happened yet that could take its time, as long as the parent has answered everything. */
  async sleepMs(millis: number, options: CallOptions = {}): Promise<void> {
    if (this.#options.writer.hasBegun) return await this.#live.sleepMs(millis, options)
    parseSleep(millis)
    options.signal?.throwIfAborted()
  }

  /** As {@link LiveIo.inTurn}. */
  async inTurn<T>(wait: () => Promise<T>): Promise<T> {
    return await this.#live.inTurn(wait)
  }

  /** What leaves the process must not depend on what a crash could lose. */
  #leaving(perform: Transport['call']): Transport['call'] {
    return async (call) => {
      await this.#options.writer.flush()
      return await perform(call)
    }
  }

  /**
   * A fact from before the fork is one of the fork as soon as somebody asks for it by its key. It stands in the middle
   * of an attempt that did not record it; only without an origin does a replay see it from the beginning on.
   */
  #inherit(key: FactKey, how?: 'with its origin'): void {
    const { parent, writer, live } = this.#options
    const fact = parent.inherited(key)
    if (fact === undefined || writer.bound(key) !== undefined) return
    const { payloadId, meta } = fact
    parent.ledger.reuse(live.scope.stateId, key)
    writer.take({ key, payloadId, meta: how === undefined ? undefined : meta })
  }
}
