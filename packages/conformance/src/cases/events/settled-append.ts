import assert from 'node:assert/strict'
import type { EventEnvelope, EventStore, RunId } from '@mfm/core-types'
import { hasCode } from '@mfm/errors'
import type { CaseContext } from '../../case.ts'
import { atEveryRequest } from '../../faults/at-every-request.ts'
import type { Fault } from '../../faults/fault.ts'
import { throughProxy } from '../../faults/through-proxy.ts'
import { collect, counted, digestOf, newRun } from '../support/samples.ts'
import { requireDoneOrRetryable, settle } from '../support/settled.ts'
import { within } from '../support/within.ts'

export interface Append {
  readonly run: RunId
  readonly expected: number
  readonly batch: readonly EventEnvelope[]
}

/** What is stored from the expected head on is the batch and nothing else. */
async function isThere(events: EventStore, { run, expected, batch }: Append): Promise<boolean> {
  const found = await collect(events.read(run, { from: expected + 1 }))
  if (found.length === 0) return false
  assert.deepEqual(found.map(digestOf), batch.map(digestOf), 'something else is there')
  return true
}

/** The codes that leave open whether a commit happened. */
function isOpen(error: unknown): boolean {
  return hasCode(error, 'store_outcome_unknown', 'store_timeout')
}

/**
 * What a writer does that was told that the outcome is unknown: it reads from the expected head on, and what equals its
 * own is its own; else it appends again.
 */
async function settleAppend(events: EventStore, append: Append): Promise<void> {
  if (await isThere(events, append)) return
  const { run, expected, batch } = append
  const again = await settle(events.append(run, expected, batch))
  // The lost commit may have been carried out meanwhile.
  if (again.status === 'rejected' && !hasCode(again.reason, 'event_store_concurrency')) {
    throw again.reason
  }
  assert.ok(await isThere(events, append))
}

/** What an append over a bad line may come to; afterwards the batch is there once, whatever it came to. */
export async function requireSettled(
  direct: EventStore,
  append: Append,
  result: PromiseSettledResult<unknown>,
): Promise<void> {
  requireDoneOrRetryable(result)
  if (result.status === 'rejected' && isOpen(result.reason)) {
    await settleAppend(direct, append)
    return
  }
  const isDone = result.status === 'fulfilled'
  const said = isDone ? 'done' : String(Object(result.reason).code)
  assert.equal(await isThere(direct, append), isDone, `the append said ${said}`)
  if (!isDone) await settleAppend(direct, append)
}

/** What an adapter may add to the deadline of a call: a retry that was under way, a connection that is made again. */
export const SLACK_MILLIS = 4000
/** Longest that an append may take with the adapter's own deadline. */
const UNHURRIED_MILLIS = 60_000

/** Appends with the fault at each request in turn; gives how many were hit, and how many appends succeeded all the same. */
export async function appendUnder(
  context: CaseContext<'events'>,
  fault: Fault,
  callMillis?: number,
): Promise<{ readonly hits: number; readonly successes: number }> {
  let hits = 0
  let successes = 0
  await throughProxy(context, async ({ proxy, open }) => {
    const direct = await context.open()
    hits = await atEveryRequest(proxy, fault, async (arm) => {
      context.signal.throwIfAborted()
      const stores = await open({ callMillis })
      const run = newRun(context)
      await stores.events.append(run, 0, counted({ run }, 1))
      const armed = arm()
      const batch = counted({ run, after: 1 }, 2)
      const appending = settle(stores.events.append(run, 1, batch))
      const result = await within((callMillis ?? UNHURRIED_MILLIS) + SLACK_MILLIS, appending)
      armed.disarm()
      assert.ok(result !== 'late', 'the append goes on after its deadline')
      if (result.status === 'fulfilled') successes++
      await requireSettled(direct.events, { run, expected: 1, batch }, result)
      assert.deepEqual((await collect(direct.events.read(run))).length, 3)
      proxy.dropConnections()
      await stores.close()
    })
  })
  assert.ok(hits > 0, 'an append goes through the proxy in no request')
  return { hits, successes }
}
