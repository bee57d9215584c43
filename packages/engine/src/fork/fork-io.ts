import type {
  ArtifactId,
  CallOptions,
  FactKey,
  IoCall,
  IoProvider,
  IoResult,
  IoScope,
  JsonValue,
  Transport,
  TransportAnswer,
  TransportCall,
} from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { parseRandomLength, parseSleep } from '@mfm/facts'
import type { LiveIoOptions, SystemSources } from '@mfm/io-live'
import { LiveIo, SYSTEM_SOURCES } from '@mfm/io-live'
import type { ForkWriter } from './fork-writer.ts'
import type { ParentAttempt } from './parent-attempt.ts'
import type { ParentFacts } from './parent-facts.ts'

export interface ForkIoOptions {
  readonly scope: IoScope
  readonly parent: ParentFacts
  readonly attempt: ParentAttempt
  readonly writer: ForkWriter
  readonly transport: Transport | undefined
  /** What a `LiveIo` needs besides. */
  readonly live: Omit<LiveIoOptions, 'scope' | 'writer' | 'transport'>
  /** Perform what the parent did not record. */
  readonly allowsLive: boolean
  /** Ends the fork: the parent cannot answer, and nobody else may. */
  readonly stop: (error: MfmError) => void
}

/**
 * Answers from the parent's facts and records each answer as a fact of the fork, under the fork's own keys. What the
 * parent did not record is performed where that is allowed, and else ends the fork. One per attempt.
 */
export class ForkIo implements IoProvider {
  readonly #options: ForkIoOptions
  readonly #live: LiveIo
  readonly #sources: SystemSources
  /** What the sources give while the provider asks them, which it does before it first waits. */
  #given: { readonly time?: number; readonly noise?: Uint8Array } = {}

  constructor(options: ForkIoOptions) {
    const { scope, writer, live } = options
    this.#options = options
    this.#sources = { ...SYSTEM_SOURCES, ...live }
    this.#live = new LiveIo({
      ...live,
      scope,
      writer,
      clock: () => this.#given.time ?? this.#sources.clock(),
      randomBytes: (length) => this.#given.noise ?? this.#sources.randomBytes(length),
    })
  }

  async call(call: IoCall, options?: CallOptions): Promise<IoResult> {
    const ofParent = this.#options.attempt.ask(call)
    using performing = new Performing()
    const perform = async (made: TransportCall): Promise<TransportAnswer> => {
      const found = await ofParent(made.factKey)
      if (found.type === 'answered') return found.answer
      if (found.type === 'failed') throw found.error
      if (found.type === 'broken') throw this.#stop(found.error)
      performing.held = this.#leave(made.factKey, found.error)
      // What leaves the process must not depend on what a crash could lose.
      await this.#options.writer.flush()
      return await this.#perform(call, made)
    }
    return await this.#live.call({ ...call, perform }, options)
  }

  async getRecordedFact(key: FactKey): Promise<ArtifactId | undefined> {
    this.#inherit(key)
    return await this.#live.getRecordedFact(key)
  }

  async recordValue(key: FactKey, value: JsonValue): Promise<ArtifactId> {
    const { parent, scope } = this.#options
    this.#inherit(key)
    const id = await this.#live.recordValue(key, value)
    if (parent.source.facts.get(key)?.payloadId === id) parent.ledger.reuse(scope.stateId, key)
    else parent.ledger.record(scope.stateId, key)
    return id
  }

  async nowMillis(): Promise<number> {
    const time = this.#options.attempt.nextTime()
    if (time !== undefined) return await this.#giving({ time }, () => this.#live.nowMillis())
    using _performing = this.#leave('now_millis', this.#missing('a time'))
    return await this.#live.nowMillis()
  }

  async randomBytes(length: number): Promise<Uint8Array> {
    parseRandomLength(length)
    const noise = this.#options.attempt.nextNoise(length)
    if (noise !== undefined) {
      return await this.#giving({ noise }, () => this.#live.randomBytes(length))
    }
    using _performing = this.#leave('random_bytes', this.#missing('random bytes'))
    return await this.#live.randomBytes(length)
  }

  /** Nothing has happened yet that could take its time, as long as the parent has answered everything. */
  async sleepMs(millis: number, options: CallOptions = {}): Promise<void> {
    if (this.#options.writer.hasBegun) return await this.#live.sleepMs(millis, options)
    parseSleep(millis)
    options.signal?.throwIfAborted()
  }

  #giving<T>(given: { readonly time?: number; readonly noise?: Uint8Array }, ask: () => T): T {
    this.#given = given
    try {
      return ask()
    } finally {
      this.#given = {}
    }
  }

  /** A fact from before the fork is one of the fork as soon as somebody asks for it by its key. */
  #inherit(key: FactKey): void {
    const { parent, writer } = this.#options
    const fact = parent.inherited(key)
    if (fact !== undefined) writer.inherit(key, fact.payloadId)
  }

  /** Before something is done that the parent has no record of. */
  #leave(key: FactKey | null, error: MfmError): Disposable {
    const { allowsLive, writer, parent, scope } = this.#options
    if (!allowsLive) throw this.#stop(error)
    if (key !== null) parent.ledger.record(scope.stateId, key)
    return writer.performing()
  }

  #stop(error: MfmError): MfmError {
    this.#options.stop(error)
    return error
  }

  #missing(what: string): MfmError {
    const { scope, parent } = this.#options
    const { stateId, attempt } = scope
    return new MfmError('missing_fact', {
      message: `the run ${parent.source.runId} did not record ${what} here, asked by ${stateId} (attempt ${attempt})`,
      details: { stateId, attempt },
    })
  }

  async #perform(call: IoCall, made: TransportCall): Promise<TransportAnswer> {
    if (call.perform !== undefined) return await call.perform(made)
    const { transport } = this.#options
    if (transport === undefined) throw new MfmError('io_unimplemented')
    return await transport.call(made)
  }
}

/** Holds the mark of a live call until its caller goes on. */
class Performing implements Disposable {
  held: Disposable | undefined;

  [Symbol.dispose](): void {
    this.held?.[Symbol.dispose]()
  }
}
