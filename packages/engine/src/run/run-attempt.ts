import type { ArtifactId, StateNode } from '@mfm/core-types'
import { isMfmError, MfmError } from '@mfm/errors'
import { AttemptContext } from '../context/attempt-context.ts'
import type { ContextChanges, ContextTree } from '../context/context-tree.ts'
import { AttemptGate } from './attempt-gate.ts'
import type { RunHost } from './run-host.ts'

export type AttemptOutcome =
  | { readonly type: 'completed'; readonly changes: ContextChanges }
  | { readonly type: 'failed'; readonly error: unknown }
  /** Ended by a deadline or a stop of the run; `reason` says which. */
  | { readonly type: 'stopped'; readonly reason: MfmError }

export interface AttemptInput {
  readonly host: RunHost
  readonly tree: ContextTree
  readonly node: StateNode
  readonly attempt: number
  readonly base: ArtifactId
}

/** How long a state may take to notice its signal, in ms, before the run goes on without it. */
const GRACE_MILLIS = 2000

/** Runs a state's handler once. Never rejects for what the handler did. */
export async function runAttempt(input: AttemptInput): Promise<AttemptOutcome> {
  const { host, tree, node, attempt, base } = input
  const own = new AbortController()
  const { signal } = own
  const { metadata, handler } = node
  using _stop = follow(host.signal, own)
  using _deadline = host.watchDeadline((reason) => own.abort(reason))
  const scope = { stateId: node.id, attempt, signal, divergence: metadata.divergence }
  const gate = new AttemptGate(host.openAttempt(scope), metadata.sideEffects, signal)
  const context = new AttemptContext({
    tree,
    base,
    metadata,
    numbers: host.config.numbers,
    guard: host.guard,
    inTurn: (wait) => gate.inTurn(wait),
  })
  const tools = { context, io: gate, events: gate, signal }
  const { ambient } = host
  const running = (async () => {
    if (ambient === undefined) await handler(tools)
    else await ambient.run({ stateId: node.id, attempt }, () => handler(tools))
    await gate.settle()
    // What the handler left running may go on writing.
    return new Map(context.changes)
  })()
  try {
    const changes = await untilStopped(running, signal)
    if (signal.aborted) return { type: 'stopped', reason: stopReason(signal) }
    return { type: 'completed', changes }
  } catch (error) {
    if (signal.aborted) return { type: 'stopped', reason: stopReason(signal) }
    // What could not be recorded is more than what the handler threw.
    const trouble = await gate.settle().then(
      () => undefined,
      (reason: unknown) => ({ reason }),
    )
    return { type: 'failed', error: trouble === undefined ? error : trouble.reason }
  } finally {
    gate.shut()
  }
}

/** Unlike `AbortSignal.any`, whose signals look at their sources whenever they are asked: every call asks. */
function follow(signal: AbortSignal, controller: AbortController): Disposable {
  const onAbort = (): void => controller.abort(signal.reason)
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  return { [Symbol.dispose]: () => signal.removeEventListener('abort', onAbort) }
}

/** Follows the handler; after a stop, for {@link GRACE_MILLIS} at most. */
async function untilStopped<T>(running: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: graceOver, reject } = Promise.withResolvers<never>()
  let timer: NodeJS.Timeout | undefined
  const onAbort = (): void => {
    timer = setTimeout(() => reject(signal.reason), GRACE_MILLIS)
  }
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([running, graceOver])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}

function stopReason(signal: AbortSignal): MfmError {
  const reason: unknown = signal.reason
  return isMfmError(reason) ? reason : new MfmError('attempt_interrupted', { cause: reason })
}
