import type {
  ArtifactId,
  EventEnvelope,
  RunCompleted,
  RunEvent,
  RunStarted,
  StateCompleted,
  StateEntered,
  StateFailed,
  StateId,
} from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { countsAsTry } from './outside-ends.ts'

/** What is known of the attempts at a state that has not completed. */
export interface StateRecord {
  readonly lastAttempt: number
  /** Attempts that failed by themselves: those that the retry policy counts. */
  readonly failures: number
  /** Attempts whose process died. */
  readonly orphans: number
  readonly lastFailure: StateFailed | undefined
}

export interface OpenAttempt {
  readonly stateId: StateId
  readonly attempt: number
  readonly baseSnapshotId: ArtifactId
}

/** What a history needs of an envelope. */
export type PastEvent = Omit<EventEnvelope, 'prev'>

/**
 * A run's past, folded from its kernel events. The stream is judged on the way: an attempt that ends without having
 * begun, two attempts open, an event of another run are `invalid_attempt_envelopes`.
 */
export class History {
  started: RunStarted | undefined
  startedAtMillis: number | null = null
  ended: RunCompleted | undefined
  open: OpenAttempt | undefined
  /** The snapshot of the last completed state, or the initial one. */
  checkpoint: ArtifactId | undefined
  readonly completed: Set<StateId> = new Set()
  readonly states: Map<StateId, StateRecord> = new Map()

  apply(envelope: PastEvent): void {
    const { event } = envelope
    switch (event.type) {
      case 'run_started':
        this.#start(event, envelope)
        break
      case 'state_entered':
        this.#enter(event, envelope)
        break
      case 'state_completed':
        this.#complete(event, envelope)
        break
      case 'state_failed':
        this.#fail(event, envelope)
        break
      case 'run_completed':
        this.#outsideAttempts(envelope)
        this.ended = event
        break
      case 'history_summarized':
        this.#outsideAttempts(envelope)
        break
      case 'fact_recorded':
      case 'domain':
        break
    }
  }

  #start(event: RunStarted, envelope: PastEvent): void {
    this.#outsideAttempts(envelope)
    if (this.started !== undefined) return
    this.started = event
    this.startedAtMillis = envelope.tsMillis
    this.checkpoint = event.initialSnapshotId
  }

  #enter({ stateId, attempt, baseSnapshotId }: StateEntered, envelope: PastEvent): void {
    this.#outsideAttempts(envelope)
    const before = this.states.get(stateId)
    if (this.completed.has(stateId)) throw broken(envelope, `${stateId} had completed`)
    if (attempt !== (before?.lastAttempt ?? -1) + 1)
      throw broken(envelope, 'attempts are not numbered in order')
    this.open = { stateId, attempt, baseSnapshotId }
    this.states.set(stateId, {
      lastAttempt: attempt,
      failures: before?.failures ?? 0,
      orphans: before?.orphans ?? 0,
      lastFailure: before?.lastFailure,
    })
  }

  #complete(event: StateCompleted, envelope: PastEvent): void {
    this.#close(event, envelope)
    this.completed.add(event.stateId)
    this.states.delete(event.stateId)
    this.checkpoint = event.contextSnapshotId
  }

  #fail(event: StateFailed, envelope: PastEvent): void {
    this.#close(event, envelope)
    const before = this.states.get(event.stateId)
    this.states.set(event.stateId, {
      lastAttempt: event.attempt,
      failures: (before?.failures ?? 0) + (countsAsTry(event) ? 1 : 0),
      orphans: (before?.orphans ?? 0) + (event.error.code === 'orphan_attempt_recovered' ? 1 : 0),
      lastFailure: event,
    })
  }

  #close(event: StateCompleted | StateFailed, envelope: PastEvent): void {
    const { open } = this
    if (open?.stateId !== event.stateId || open.attempt !== event.attempt) {
      throw broken(envelope, `no attempt ${event.attempt} at ${event.stateId} is open`)
    }
    this.open = undefined
  }

  #outsideAttempts(envelope: PastEvent): void {
    if (this.ended !== undefined) throw broken(envelope, 'the run had ended')
    if (this.open === undefined) return
    throw broken(envelope, `an attempt at ${this.open.stateId} is open`)
  }
}

function broken({ runId, seq, event }: PastEvent, problem: string): MfmError {
  return new MfmError('invalid_attempt_envelopes', {
    message: `event ${seq} of run ${runId} (${event.type}) does not fit: ${problem}`,
    details: { runId, seq, type: event.type satisfies RunEvent['type'], problem },
  })
}
