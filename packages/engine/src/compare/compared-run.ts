import type {
  ArtifactId,
  ArtifactStore,
  DomainEvent,
  EventEnvelope,
  JsonObject,
  RunCompleted,
  RunId,
  RunStarted,
  StateCompleted,
  StateFailed,
  StateId,
  Stores,
} from '@mfm/core-types'
import type { RunHead } from '@mfm/io-live'
import { FactSource } from '@mfm/io-replay'
import { ChainCheck } from '../history/chain-check.ts'
import { endedFromOutside } from '../history/outside-ends.ts'
import { attemptKey, statesTakenOver } from '../replay/recorded-run.ts'

/** One of two runs that are compared. The two may be kept in different stores. */
export interface RunSide {
  readonly stores: Pick<Stores, 'events' | 'artifacts'>
  readonly runId: RunId
}

/** A state as one run went through it. */
export interface ComparedState {
  /** How each attempt ended, in order, those left out that were ended from outside. */
  readonly attempts: JsonObject[]
  readonly events: { readonly name: string; readonly payload: DomainEvent['payload'] }[]
  snapshotId: ArtifactId | undefined
  millis: number | null
  enteredAtMillis: number | null
}

/** What a stream says, in a form in which two of them can be compared. */
export class ComparedRun {
  readonly runId: RunId
  readonly artifacts: ArtifactStore
  readonly chain: ChainCheck = new ChainCheck()
  /** In the order in which they were first entered. */
  readonly states: Map<StateId, ComparedState> = new Map()
  /** Attempts that were ended from outside, by `attemptKey`. */
  readonly outsideEnds: Set<string> = new Set()
  readonly #attemptEvents = new Map<string, DomainEvent[]>()
  started: RunStarted | undefined
  ended: RunCompleted | undefined
  lastSnapshotId: ArtifactId | undefined
  #firstMillis: number | null = null
  #lastMillis: number | null = null
  facts: FactSource['facts'] = new Map()
  /** States that had completed before the stream begins: those that a fork has from its parent. */
  takenOver: ReadonlySet<StateId> = new Set()
  #inheritance: ArtifactId | undefined

  private constructor({ stores, runId }: RunSide) {
    this.runId = runId
    this.artifacts = stores.artifacts
  }

  /** @throws MfmError `run_not_found`, `event_store_corruption`, `fact_recorded_conflict` */
  static async read(side: RunSide): Promise<ComparedRun> {
    const run = new ComparedRun(side)
    const source = await FactSource.load(side.stores, side.runId, (envelope) => run.#add(envelope))
    run.facts = source.facts
    const { started } = run
    if (started !== undefined) {
      run.takenOver = await statesTakenOver(side.stores, started, run.#inheritance)
    }
    return run
  }

  get head(): RunHead {
    return this.chain.head
  }

  /** From the first event to the last, by the clock of who wrote them. */
  get millis(): number | null {
    const [first, last] = [this.#firstMillis, this.#lastMillis]
    return first === null || last === null ? null : Math.max(0, last - first)
  }

  /** The context with which `other` began: a fork begins in the middle of its parent. */
  snapshotBefore({ takenOver }: ComparedRun): ArtifactId | undefined {
    const own = [...this.states].filter(([stateId]) => takenOver.has(stateId))
    return own.at(-1)?.[1].snapshotId ?? this.started?.initialSnapshotId
  }

  #add(envelope: EventEnvelope): void {
    const { event, seq, tsMillis } = envelope
    this.chain.next(envelope)
    if (seq === 1) this.#firstMillis = tsMillis
    this.#lastMillis = tsMillis
    if (event.type === 'run_started') {
      this.started = event
      this.lastSnapshotId = event.initialSnapshotId
    } else if (event.type === 'state_entered') {
      this.#state(event.stateId).enteredAtMillis ??= tsMillis
    } else if (event.type === 'state_completed' || event.type === 'state_failed') {
      this.#close(event, tsMillis)
    } else if (event.type === 'domain') {
      this.#emit(event)
    } else if (event.type === 'run_completed') {
      this.ended = event
    } else if (event.type === 'history_summarized' && event.throughSeq === 1) {
      this.#inheritance = event.summaryId
    }
  }

  #close(event: StateCompleted | StateFailed, tsMillis: number | null): void {
    const state = this.#state(event.stateId)
    const key = attemptKey(event.stateId, event.attempt)
    if (tsMillis !== null && state.enteredAtMillis !== null) {
      state.millis = Math.max(0, tsMillis - state.enteredAtMillis)
    }
    const emitted = this.#attemptEvents.get(key) ?? []
    this.#attemptEvents.delete(key)
    if (event.type === 'state_failed' && endedFromOutside(event)) {
      this.outsideEnds.add(key)
      return
    }
    state.events.push(...emitted.map(({ name, payload }) => ({ name, payload })))
    if (event.type === 'state_completed') {
      state.snapshotId = event.contextSnapshotId
      this.lastSnapshotId = event.contextSnapshotId
      state.attempts.push({ outcome: 'completed' })
      return
    }
    const { code, message, retryable } = event.error
    state.attempts.push({ outcome: 'failed', error: { code, message, retryable } })
  }

  #emit(event: DomainEvent): void {
    if (event.stateId === null || event.attempt === null) return
    const key = attemptKey(event.stateId, event.attempt)
    const known = this.#attemptEvents.get(key)
    if (known === undefined) this.#attemptEvents.set(key, [event])
    else known.push(event)
  }

  #state(stateId: StateId): ComparedState {
    const known = this.states.get(stateId)
    if (known !== undefined) return known
    const fresh: ComparedState = {
      attempts: [],
      events: [],
      snapshotId: undefined,
      millis: null,
      enteredAtMillis: null,
    }
    this.states.set(stateId, fresh)
    return fresh
  }
}
