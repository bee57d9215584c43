import { AsyncLocalStorage } from 'node:async_hooks'
import { bytesArtifact, jsonArtifact } from '@mfm/canonical-json'
import type {
  ArtifactId,
  ArtifactStore,
  CallOptions,
  DivergencePolicy,
  FactKey,
  IoCall,
  IoProvider,
  IoResult,
  IoScope,
  JsonValue,
  NumberProfile,
  SecretResolver,
  Transport,
} from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { AskedCall, DerivedKind } from '@mfm/facts'
import {
  AttemptCounters,
  askCall,
  copyRequest,
  derivedKey,
  parseCallerKey,
  parseNamespace,
  parseRandomLength,
  parseSleep,
  payloadOf,
  refuseSecrets,
  supersedingCall,
  valueConflict,
} from '@mfm/facts'
import type { SecretGuard } from '@mfm/secrets'
import { joinSignals } from './abortable.ts'
import { answerBound, readPayload, rerunCall } from './bound-fact.ts'
import { streamBound } from './bound-stream.ts'
import type { EarlierAnswer, EarlierFacts } from './earlier-facts.ts'
import { bindingConflict } from './failure.ts'
import type { Claim } from './key-lines.ts'
import { KeyLines } from './key-lines.ts'
import type { Made } from './live-streams.ts'
import { LiveStreams } from './live-streams.ts'
import type { Outcome, PlainFact } from './outcome.ts'
import { answered, answeredEarlier, failed, plainCommit } from './outcome.ts'
import { perform, unrecordedResult } from './perform.ts'
import { prepareAnswer } from './prepare-answer.ts'
import type { RunWriter } from './run-writer.ts'
import { SettleQueue } from './settle-queue.ts'
import type { SystemSources } from './system-sources.ts'
import { readClock, readRandom, SYSTEM_SOURCES } from './system-sources.ts'
import type { FactCommit } from './write-request.ts'

export interface LiveIoOptions extends Partial<SystemSources> {
  /** The attempt that asks, in the run that the writer writes. */
  readonly scope: IoScope
  readonly writer: Pick<RunWriter, 'findFact' | 'factMeta' | 'recordFact'>
  readonly artifacts: ArtifactStore
  /** Absent: a call that brings no `perform` of its own is `io_unimplemented`. */
  readonly transport?: Transport | undefined
  readonly guard: SecretGuard
  readonly resolveSecret: SecretResolver
  readonly numbers?: NumberProfile | undefined
  /** For calls that say no other; `strict` by default. */
  readonly divergence?: DivergencePolicy | undefined
  /** Tells where the code asks, for facts that are to remember it. Called before anything is awaited. */
  readonly locate?: (() => string | undefined) | undefined
  /** Aborted when the attempt must end. */
  readonly signal?: AbortSignal | undefined
  /** `false` refuses every outside input with `io_not_allowed`. */
  readonly allowIo?: boolean | undefined
  /** Answers before anything is performed; what it answers is recorded. */
  readonly earlier?: EarlierFacts | undefined
  /** Longest streamed body, in bytes; 32 MiB where absent. It is in memory until it has ended. */
  readonly maxStreamBytes?: number | undefined
}

/** A call with what another run may have for it. */
interface AskingCall {
  readonly call: IoCall
  readonly earlier: (() => Promise<EarlierAnswer | undefined>) | undefined
}

/** The provider for which a call is being performed. */
const performing = new AsyncLocalStorage<LiveIo>()

/**
 * Performs IO and records each answer before the caller has it. One per attempt.
 *
 * Callers go on one at a time: in the order of asking with what is known, then in the order of the stream.
 */
export class LiveIo implements IoProvider {
  readonly #turns = new SettleQueue()
  readonly #options: LiveIoOptions & { readonly turns: SettleQueue }
  readonly #sources: SystemSources
  readonly #signal: AbortSignal
  readonly #counters = new AttemptCounters()
  readonly #lines: KeyLines
  /** Keys of facts with which nobody has gone on yet: to the program they are not there. */
  readonly #unsettled = new Set<FactKey>()
  #streams: LiveStreams | undefined
  #underWay = 0
  readonly #whenIdle: (() => void)[] = []
  #closed = false

  constructor(options: LiveIoOptions) {
    this.#options = { ...options, turns: this.#turns }
    this.#signal = options.signal ?? new AbortController().signal
    this.#sources = {
      clock: options.clock ?? SYSTEM_SOURCES.clock,
      randomBytes: options.randomBytes ?? SYSTEM_SOURCES.randomBytes,
      sleep: options.sleep ?? SYSTEM_SOURCES.sleep,
    }
    this.#lines = new KeyLines(this.#turns, (key) => options.writer.findFact(key))
  }

  call(call: IoCall, { signal }: CallOptions = {}): Promise<IoResult> {
    return this.#turns.begin(() => {
      this.#admitInput()
      const joined = joinSignals(this.#signal, signal)
      if (call.factKey === null) {
        parseNamespace(call.namespace)
        return unrecordedResult(perform(call, null, joined, this.#options))
      }
      const { scope, numbers, guard } = this.#options
      const asking = { scope, numbers, counters: this.#counters }
      const asked = this.#located(askCall(call, call.factKey, asking))
      refuseSecrets(guard, {
        ...(call.factKey !== undefined && { factKey: call.factKey }),
        request: asked.identity.redacted,
      })
      const copy = { ...call, request: copyRequest(call.request) }
      if (call.stream === true) return this.#stream(copy, asked, joined)
      const earlier = this.#options.earlier?.call(copy, asked)
      const make = (at: AskedCall): Promise<Made<IoResult>> =>
        this.#make({ call: copy, earlier }, at, joined)
      const divergence = call.divergence ?? this.#options.divergence
      if (divergence === 'rerun-if-changed' && asked.occurrence === undefined) {
        return this.#askAnew(asked, make)
      }
      return this.#ask(
        asked,
        (payloadId) => answerBound(asked, payloadId, { ...this.#options, divergence }),
        () => make(asked),
      )
    })
  }

  #stream(call: IoCall, asked: AskedCall, signal: AbortSignal): Promise<IoResult> {
    const earlier = this.#options.earlier?.stream(call, asked)
    const divergence = call.divergence ?? this.#options.divergence
    this.#streams ??= new LiveStreams({
      io: this.#options,
      performing: (task) => performing.run(this, task),
      commit: (commit) => this.#commit(commit),
      onEnded: (key, payloadId) => this.#lines.made(key, payloadId),
    })
    const streams = this.#streams
    return this.#ask(
      { key: asked.key, isStreamed: true },
      (payloadId) => streamBound(asked, payloadId, { ...this.#options, divergence }),
      () => streams.open({ call, asked, signal, earlier }),
    )
  }

  /** Answers from what the key is bound to; where it is not, by what is made now. */
  async #ask<T>(
    claim: Claim,
    answer: (payloadId: ArtifactId) => Promise<T>,
    make: () => Promise<Made<T>>,
  ): Promise<T> {
    this.#underWay += 1
    try {
      const claimed = this.#lines.claim(claim)
      const bound = claimed && (await claimed)
      if (bound !== undefined) {
        return await this.#turns.settleAt(bound.caller, async () => answer(bound.payloadId()))
      }
      let made: Made<T> | undefined
      try {
        made = await make()
      } finally {
        if (made?.isOpen !== true) this.#lines.made(claim.key, made?.payloadId)
      }
      return await made.settle()
    } finally {
      this.#ended()
    }
  }

  /** As {@link #ask}, of a chosen key that has an answer for each request: under itself for the first one. */
  #askAnew(given: AskedCall, make: (at: AskedCall) => Promise<Made<IoResult>>): Promise<IoResult> {
    const { writer } = this.#options
    const changed = supersedingCall(given)
    const find = async (): Promise<ArtifactId | undefined> =>
      writer.findFact((await rerunCall(given, writer)).key)
    return this.#ask(
      { key: changed.key, find },
      async (payloadId) => answerBound(await rerunCall(given, writer), payloadId, this.#options),
      async () => {
        const claimed = this.#lines.claim(given)
        const bound = claimed && (await claimed)
        if (bound !== undefined) {
          this.#turns.leavePlace(bound.caller)
          bound.payloadId()
          return await make(changed)
        }
        let made: Made<IoResult> | undefined
        try {
          made = await make(given)
          return made
        } finally {
          this.#lines.made(given.key, made?.payloadId)
        }
      },
    )
  }

  async #make(asking: AskingCall, asked: AskedCall, signal: AbortSignal): Promise<Made<IoResult>> {
    const { commit, settle } = await this.#attempt(asking, asked, signal)
    const artifactId = await this.#commit(commit)
    const { key, payloadId } = commit.event
    if (artifactId === payloadId) {
      return { payloadId: key === asked.key ? artifactId : undefined, settle }
    }
    const lost = failed(asked, bindingConflict(asked.key), { ...this.#options, aborted: false })
    await this.#commit(lost.commit)
    return { payloadId: artifactId, settle: lost.settle }
  }

  /** Never rejects: a failure is an outcome. */
  async #attempt(
    { call, earlier }: AskingCall,
    asked: AskedCall,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const { guard, numbers } = this.#options
    try {
      const recorded = earlier && (await earlier())
      if (recorded !== undefined) return answeredEarlier(asked, recorded, this.#options)
      const answer = await performing.run(this, () =>
        perform(call, asked.key, signal, this.#options),
      )
      return answered(asked, prepareAnswer(answer, { guard, numbers }), this.#options)
    } catch (error) {
      return failed(asked, error, { ...this.#options, aborted: signal.aborted })
    }
  }

  /** Something else that the program waits for: it goes on in the order of asking, and before new facts. */
  inTurn<T>(wait: () => Promise<T>): Promise<T> {
    return this.#turns.known(wait)
  }

  getRecordedFact(key: FactKey): Promise<ArtifactId | undefined> {
    return this.#turns.begin(() => {
      this.#refuseClosed()
      return this.#turns.known(async () => {
        const found = await this.#options.writer.findFact(key)
        return this.#unsettled.has(key) ? undefined : found
      })
    })
  }

  recordValue(key: FactKey, value: JsonValue): Promise<ArtifactId> {
    return this.#turns.begin(() => {
      this.#admitInput()
      parseCallerKey(key)
      refuseSecrets(this.#options.guard, { factKey: key })
      const { guard, numbers, artifacts, writer } = this.#options
      const payload = payloadOf(value, { guard, numbers }, 'a recorded value').artifact
      const place = this.#located({ ordinal: this.#counters.nextOperation() })
      const earlier = this.#options.earlier?.recordValue(key, value)
      const check = async (artifactId: ArtifactId): Promise<ArtifactId> => {
        if (artifactId === payload.id) return artifactId
        const recorded = await artifacts.get(artifactId).catch(() => undefined)
        const meta = await writer.factMeta(key)
        throw valueConflict({ key, meta, ...place }, recorded, payload)
      }
      return this.#ask({ key }, check, async () => {
        if (earlier !== undefined) await earlier()
        const payloadId = await this.#record({ key, payload, namespace: 'value', ...place })
        return { payloadId, settle: () => check(payloadId) }
      })
    })
  }

  nowMillis(): Promise<number> {
    return this.#turns.begin(() => {
      this.#admitInput()
      const { clock } = this.#sources
      const earlier = this.#options.earlier?.nowMillis()
      const now = earlier === undefined ? readClock(clock) : undefined
      const fact = this.#nextDerived('now_millis')
      return this.#tracked(async () => {
        const millis = now ?? (await earlier) ?? readClock(clock)
        const payload = jsonArtifact('fact_payload', millis)
        const artifactId = await this.#record({ ...fact, payload })
        if (artifactId === payload.id) return millis
        throw bindingConflict(fact.key)
      })
    })
  }

  randomBytes(length: number): Promise<Uint8Array> {
    return this.#turns.begin(() => {
      this.#admitInput()
      parseRandomLength(length)
      const draw = (): Uint8Array => readRandom(this.#sources.randomBytes, length)
      const earlier = this.#options.earlier?.randomBytes(length)
      const drawn = earlier === undefined ? draw() : undefined
      const fact = this.#nextDerived('random_bytes')
      return this.#tracked(async () => {
        const payload = bytesArtifact('fact_payload', drawn ?? (await earlier) ?? draw())
        const artifactId = await this.#record({ ...fact, payload })
        if (artifactId === payload.id) return Uint8Array.from(payload.bytes)
        const stored = await readPayload(artifactId, this.#options.artifacts)
        if (stored.length === length) return stored
        throw new MfmError('fact_payload_invalid', { details: { payloadId: artifactId, length } })
      })
    })
  }

  async sleepMs(millis: number, { signal }: CallOptions = {}): Promise<void> {
    this.#refuseClosed()
    parseSleep(millis)
    const joined = joinSignals(this.#signal, signal)
    joined.throwIfAborted()
    await this.#sources.sleep(millis, joined)
  }

  /**
   * Refuses what comes from now on with `io_closed`, gives up the streamed bodies that are open, and resolves when what is
   * under way has been recorded.
   */
  async close(): Promise<void> {
    this.#closed = true
    if (this.#underWay > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve))
    await this.#streams?.close()
  }

  async #tracked<T>(operation: () => Promise<T>): Promise<T> {
    this.#underWay += 1
    try {
      return await operation()
    } finally {
      this.#ended()
    }
  }

  #ended(): void {
    this.#underWay -= 1
    if (this.#underWay === 0) for (const resolve of this.#whenIdle.splice(0)) resolve()
  }

  #admitInput(): void {
    this.#refuseClosed()
    if (this.#options.allowIo === false) throw new MfmError('io_not_allowed')
    // A replay does not perform, so what is asked in there would be missing, or shift what is asked later.
    if (performing.getStore() === this) throw new MfmError('io_nested')
  }

  #refuseClosed(): void {
    if (this.#closed) throw new MfmError('io_closed')
  }

  #nextDerived(kind: DerivedKind): Omit<PlainFact, 'payload'> {
    return this.#located({
      key: derivedKey(kind, this.#options.scope, this.#counters.nextDerived()),
      namespace: kind,
      ordinal: this.#counters.nextOperation(),
    })
  }

  #located<T extends object>(asked: T): T & { readonly location?: string | undefined } {
    const location = this.#options.locate?.()
    return location === undefined ? asked : { ...asked, location }
  }

  async #record(fact: PlainFact): Promise<ArtifactId> {
    return await this.#commit(plainCommit(fact, this.#options.scope))
  }

  /** Every fact is committed here, so that all callers take their turn in the order of their commits. */
  async #commit(commit: FactCommit): Promise<ArtifactId> {
    const { key } = commit.event
    this.#unsettled.add(key)
    try {
      const { artifactId, inserted } = await this.#options.writer.recordFact(commit)
      await this.#turns.turn(inserted)
      return artifactId
    } finally {
      this.#unsettled.delete(key)
    }
  }
}
