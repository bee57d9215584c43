import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import type { RunId } from '@mfm/core-types'
import type { ConformanceCase } from '../../case.ts'
import type { OpenedStores } from '../../harness.ts'
import { eachPort, requireEach } from '../support/each-port.ts'
import { bytesOf, collect, counted, idOf, newRun, upTo } from '../support/samples.ts'
import { callsOf } from './calls.ts'

interface Write {
  readonly done: Promise<unknown>
  /** What there is of it: of an append the head, else whether it is there. */
  readonly found: () => Promise<unknown>
  readonly whole: unknown
  readonly nothing: unknown
}

/** A write of every port, begun. */
export function writesOf(stores: OpenedStores, run: RunId, signal?: AbortSignal): Write[] {
  const [bytes, id] = [bytesOf(run), idOf(run)]
  return eachPort<Write>(stores, {
    events: (events) => ({
      done: events.append(run, 0, counted({ run }, 2), { signal }),
      found: () => events.headSeq(run),
      whole: 2,
      nothing: 0,
    }),
    artifacts: (artifacts) => ({
      done: artifacts.put('output', bytes, { signal }),
      found: () => artifacts.exists(id),
      whole: true,
      nothing: false,
    }),
    facts: (facts) => ({
      done: facts.bindIfUnset(run, 'k', id, { signal }),
      found: () => facts.get(run, 'k'),
      whole: id,
      nothing: undefined,
    }),
  })
}

/** Fails unless the write resolved and is there, or gave the reason and is there whole or not at all. */
export async function requireLegal(write: Write, reason: unknown): Promise<void> {
  const { done, found, whole, nothing } = write
  const outcome = await done.then(
    () => 'resolved',
    (error: unknown) => error,
  )
  const legal = outcome === 'resolved' ? [whole] : [whole, nothing]
  assert.ok(outcome === 'resolved' || outcome === reason, `ended with ${String(outcome)}`)
  const state = await found()
  assert.ok(legal.includes(state), `found ${String(state)} once it ended with ${String(outcome)}`)
}

/** Moments at which a call is under way. */
const MOMENTS: readonly ((abort: () => void) => void)[] = [
  (abort) => abort(),
  (abort) => queueMicrotask(abort),
  (abort) => process.nextTick(abort),
  (abort) => setImmediate(abort),
  (abort) => setTimeout(abort, 1),
]

export const ABORT_CASES: readonly ConformanceCase<'any'>[] = [
  {
    id: 'XX-05',
    subject: 'any',
    level: 0,
    title: 'a signal that is aborted before the call ends it with its reason, and nothing happens',
    why: 'A cancelled run that still writes is not cancelled.',
    run: async (context) => {
      const stores = await context.open()
      const reason = new Error('not any more')
      const signal = AbortSignal.abort(reason)
      const run = newRun(context)
      for (const [name, call] of callsOf(stores, run, { signal })) {
        await assert.rejects(call(), (error) => error === reason, `${name} did not give the reason`)
      }
      await requireEach(
        stores,
        {
          events: (events) => events.headSeq(run),
          artifacts: (artifacts) => artifacts.exists(idOf(run)),
          facts: (facts) => collect(facts.entries(run)),
        },
        { events: 0, artifacts: false, facts: [] },
      )
    },
  },
  {
    id: 'XX-06',
    subject: 'any',
    level: 0,
    title: 'a signal that is aborted during the call leaves one of the two legal states',
    why: 'After a cancel the caller must know no more than this: it happened whole, or not at all.',
    run: async (context) => {
      const stores = await context.open()
      for (const _ of upTo(context.rounds(5))) {
        for (const soon of MOMENTS) {
          const controller = new AbortController()
          const reason = new Error('not any more')
          const writes = writesOf(stores, newRun(context), controller.signal)
          soon(() => controller.abort(reason))
          await Promise.all(writes.map((write) => requireLegal(write, reason)))
          const next = writesOf(stores, newRun(context))
          await Promise.all(next.map(({ done }) => done))
        }
      }
    },
  },
  {
    id: 'XX-07',
    subject: 'any',
    level: 0,
    title: 'a thousand calls leave no listener on their signal',
    why: 'One signal lives as long as a run. A listener for every call is memory that only the end of the run frees.',
    run: async (context) => {
      const stores = await context.open()
      const { signal } = new AbortController()
      const calls = callsOf(stores, newRun(context), { signal })
      for (let made = 0; made < 1000; made += calls.size) {
        await Promise.allSettled(Array.from(calls.values(), (call) => call()))
      }
      assert.equal(getEventListeners(signal, 'abort').length, 0)
    },
  },
]
