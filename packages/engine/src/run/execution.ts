import type {
  ArtifactId,
  ErrorInfo,
  NewArtifact,
  RunEvent,
  RunStatus,
  StateNode,
} from '@mfm/core-types'
import { hasCode, isMfmError, MfmError } from '@mfm/errors'
import { ContextTree } from '../context/context-tree.ts'
import type { History } from '../history/history.ts'
import { summarizeHistory } from '../history/history-summary.ts'
import { backoffMillis } from './backoff.ts'
import { decideNext } from './decide-next.ts'
import { failureInfo } from './failure-info.ts'
import type { AttemptOutcome } from './run-attempt.ts'
import { runAttempt } from './run-attempt.ts'
import type { RunHost } from './run-host.ts'

/** How the loop left the run. `running` can be resumed. */
export interface Ending {
  readonly phase: RunStatus | 'running'
  readonly checkpoint: ArtifactId
}

/** Events between two summaries of the history. */
const SUMMARY_INTERVAL = 256

/**
 * Runs the states of a plan one after the other from where a history ends. What a state's completion writes waits
 * for the next thing to be written and shares its commit.
 */
export class Execution {
  readonly #host: RunHost
  readonly #history: History
  readonly #order: readonly StateNode[]
  readonly #tree: ContextTree
  #events: RunEvent[] = []
  #artifacts: NewArtifact[] = []

  constructor(host: RunHost, history: History, order: readonly StateNode[]) {
    this.#host = host
    this.#history = history
    this.#order = order
    this.#tree = new ContextTree((id) => host.load(id), host.config.numbers)
  }

  /** @throws MfmError what the stores threw; the run can be resumed */
  async run(): Promise<Ending> {
    using _ambient = this.#host.ambient?.install()
    this.#closeOrphan()
    for (const node of this.#order) {
      if (this.#history.completed.has(node.id)) continue
      const ending = await this.#runState(node)
      if (ending !== undefined) return ending
    }
    await this.#flush()
    if (this.#host.takeFailpoint('before_run_completed')) return this.#leave()
    return await this.#end('completed', null)
  }

  #closeOrphan(): void {
    const { open } = this.#history
    if (open === undefined) return
    const error = new MfmError('orphan_attempt_recovered').toInfo()
    this.#fail(open.stateId, open.attempt, error, null)
  }

  /** Resolves to `undefined` when the state has completed. */
  async #runState(node: StateNode): Promise<Ending | undefined> {
    for (;;) {
      const stop = this.#host.stopReason(this.#events.length)
      if (stop !== undefined) return await this.#stop(stop)
      const next = decideNext(this.#history.states.get(node.id), this.#host.config)
      if (next.type === 'give_up') return await this.#end('failed', next.error)
      if (next.notBeforeMillis !== null) {
        await this.#flush()
        await this.#waitUntil(next.notBeforeMillis)
        if (this.#host.signal.aborted) continue
      }
      const ending = await this.#attempt(node, next.attempt)
      if (ending !== undefined) return ending
      if (this.#history.completed.has(node.id)) return undefined
    }
  }

  async #attempt(node: StateNode, attempt: number): Promise<Ending | undefined> {
    const base = this.#checkpoint()
    this.#summarizeWhenDue()
    this.#queue({ type: 'state_entered', v: 1, stateId: node.id, attempt, baseSnapshotId: base })
    const skipped = node.metadata.tags.some((tag) => this.#host.config.skipTags.includes(tag))
    if (skipped) {
      this.#complete(node, attempt, base, [])
      return undefined
    }
    await this.#flush()
    const recorded = this.#host.recordedOutsideEnd(node.id, attempt)
    if (recorded !== undefined) {
      this.#queue(recorded)
      return undefined
    }
    const input = { host: this.#host, tree: this.#tree, node, attempt, base }
    const outcome = await runAttempt(input)
    if (this.#host.takeFailpoint('after_handler')) return this.#leave()
    const end = await this.#host.recordedEnd(node.id, attempt)
    if (end !== undefined) {
      this.#queue(end)
      return undefined
    }
    return await this.#conclude(node, attempt, outcome)
  }

  async #conclude(
    node: StateNode,
    attempt: number,
    outcome: AttemptOutcome,
  ): Promise<Ending | undefined> {
    if (outcome.type === 'completed') {
      const { id, artifacts } = await this.#tree.derive(this.#checkpoint(), outcome.changes)
      this.#complete(node, attempt, id, artifacts)
      return await this.#failpoint('after_state_completed')
    }
    if (outcome.type === 'stopped') {
      const { reason } = outcome
      const error = hasCode(reason, 'run_cancelled') ? new MfmError('attempt_interrupted') : reason
      this.#fail(node.id, attempt, failureInfo(error, this.#host.guard), this.#notBefore(attempt))
      await this.#flush()
      return undefined
    }
    throwStoreTrouble(outcome.error)
    const details = await this.#host.divergenceOf(outcome.error, node.id, attempt)
    const info = failureInfo(outcome.error, this.#host.guard, details)
    this.#fail(node.id, attempt, info, info.retryable ? this.#notBefore(attempt) : null)
    return await this.#failpoint('after_state_failed')
  }

  #notBefore(attempt: number): number | null {
    const wait = backoffMillis(this.#host.config.retry.backoff, attempt)
    return wait === 0 ? null : this.#host.now() + wait
  }

  #complete(
    node: StateNode,
    attempt: number,
    contextSnapshotId: ArtifactId,
    artifacts: readonly NewArtifact[],
  ): void {
    this.#artifacts.push(...artifacts)
    this.#queue({ type: 'state_completed', v: 1, stateId: node.id, attempt, contextSnapshotId })
  }

  #fail(
    stateId: StateNode['id'],
    attempt: number,
    error: ErrorInfo,
    notBeforeMillis: number | null,
  ): void {
    this.#queue({
      type: 'state_failed',
      v: 1,
      stateId,
      attempt,
      error,
      failureSnapshotId: null,
      notBeforeMillis,
    })
  }

  async #stop(reason: MfmError): Promise<Ending> {
    if (hasCode(reason, 'run_cancelled')) return await this.#end('cancelled', null)
    if (hasCode(reason, 'run_deadline_exceeded')) {
      return await this.#end('failed', { ...reason.toInfo(), details: null })
    }
    await this.#flush()
    return this.#leave()
  }

  async #end(status: RunStatus, error: ErrorInfo | null): Promise<Ending> {
    const finalSnapshotId = this.#checkpoint()
    this.#queue({ type: 'run_completed', v: 1, status, finalSnapshotId, error })
    await this.#flush()
    return { phase: status, checkpoint: finalSnapshotId }
  }

  async #failpoint(
    name: 'after_state_completed' | 'after_state_failed',
  ): Promise<Ending | undefined> {
    if (!this.#host.takeFailpoint(name)) return undefined
    await this.#flush()
    return this.#leave()
  }

  #leave(): Ending {
    return { phase: 'running', checkpoint: this.#checkpoint() }
  }

  #checkpoint(): ArtifactId {
    const { checkpoint } = this.#history
    if (checkpoint === undefined) throw new MfmError('internal_error')
    return checkpoint
  }

  async #waitUntil(millis: number): Promise<void> {
    try {
      await this.#host.waitUntil(millis)
    } catch (error) {
      if (!this.#host.signal.aborted) throw error
    }
  }

  #summarizeWhenDue(): void {
    const at = this.#host.summarySeq
    if (at === undefined) return
    const throughSeq = at.seq + this.#events.length
    if (throughSeq - at.summarizedSeq < SUMMARY_INTERVAL) return
    const summary = summarizeHistory(this.#history, this.#order)
    this.#artifacts.push(summary)
    this.#queue({ type: 'history_summarized', v: 1, throughSeq, summaryId: summary.id })
  }

  #queue(event: RunEvent): void {
    this.#history.apply({ runId: this.#host.runId, seq: 0, tsMillis: null, event })
    this.#events.push(event)
  }

  async #flush(): Promise<void> {
    if (this.#events.length === 0) return
    const commit = { artifacts: this.#artifacts, events: this.#events }
    this.#events = []
    this.#artifacts = []
    await this.#host.commit(commit)
  }
}

/**
 * A store that fails while a fact is recorded is trouble of the machine, not of the state: the attempt stays open,
 * and a resume closes it when the store works again.
 */
function throwStoreTrouble(error: unknown): void {
  if (!isMfmError(error)) return
  if (!hasCode(error, 'fact_binding_append_failed', 'fact_payload_put_failed')) return
  const { cause } = error
  if (isMfmError(cause) && cause.kind === 'too_large') return
  throw cause ?? error
}
