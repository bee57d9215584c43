import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import type { RunId } from '@mfm/core-types'
import { hasCode, isMfmError } from '@mfm/errors'
import type { ConformanceCase } from '../../case.ts'
import { throughProxy } from '../../faults/through-proxy.ts'
import type { OpenedStores } from '../../harness.ts'
import type { Chance } from '../support/samples.ts'
import { newRun, upTo } from '../support/samples.ts'
import { within } from '../support/within.ts'
import { requireLegal, writesOf } from './abort-cases.ts'
import { callsOf, EXPECTED_REFUSALS } from './calls.ts'
import { requireNamed } from './error-cases.ts'
import { requireRounds, writeRound } from './rounds.ts'

/** The deadline of a call in these cases. */
const CALL_MILLIS = 1000
/** What an adapter may add to the deadline: a retry that was under way, a connection that is made again. */
const SLACK_MILLIS = 4000
/** Longest that an adapter may take to find its server again. */
const RECOVERY_MILLIS = 20_000

/** The error that a call ends with while its server is out of reach; fails where it ends later than the deadline allows. */
async function failureOf(name: string, call: () => Promise<unknown>): Promise<unknown> {
  const outcome = await within(
    CALL_MILLIS + SLACK_MILLIS,
    call().then(
      () => 'resolved',
      (error: unknown) => error,
    ),
  )
  assert.notEqual(outcome, 'late', `${name} goes on after its deadline`)
  assert.notEqual(outcome, 'resolved', `${name} resolved without a server`)
  return outcome
}

/** Repeats what a server that comes back may refuse for a while. */
async function persist<T>(work: () => Promise<T>): Promise<T> {
  const end = performance.now() + RECOVERY_MILLIS
  for (;;) {
    try {
      return await work()
    } catch (error) {
      const mayRepeat = isMfmError(error) && error.retryable && performance.now() < end
      if (!mayRepeat) throw error
      await setTimeout(100)
    }
  }
}

/** How every call fails, all made at once, but for a watch, which waits for the server as it waits for events. */
async function failures(
  stores: OpenedStores,
  run: RunId,
): Promise<readonly (readonly [string, unknown])[]> {
  const calls = Array.from(callsOf(stores, run)).filter(([name]) => name !== 'watch')
  return await Promise.all(
    calls.map(async ([name, call]) => [name, await failureOf(name, call)] as const),
  )
}

/** The calls that reach the server whatever was asked before; the others may know their answer already. */
async function requireReach(stores: OpenedStores, run: RunId): Promise<void> {
  for (const call of callsOf(stores, run).values()) {
    await persist(() =>
      call().catch((error: unknown) => {
        if (!(isMfmError(error) && EXPECTED_REFUSALS.includes(error.code))) throw error
      }),
    )
  }
}

/** Writes to every port, again and again; the errors that a caller could not act on. */
async function writeUntil(
  end: AbortSignal,
  stores: OpenedStores,
  chance: Chance,
): Promise<unknown[]> {
  const unnamed: unknown[] = []
  while (!end.aborted) {
    await Promise.all(
      writesOf(stores, newRun(chance)).map(({ done }) =>
        done.catch((error: unknown) => {
          if (!(isMfmError(error) && error.retryable)) unnamed.push(error)
        }),
      ),
    )
    await setTimeout(5)
  }
  return unnamed
}

export const SERVER_CASES: readonly ConformanceCase<'any'>[] = [
  {
    id: 'XX-02b',
    subject: 'any',
    level: 3,
    needs: ['proxy'],
    title:
      'while the server is down every call fails with a retryable error of the catalogue and its cause',
    why: 'Whether to try again is decided by this flag, and what to mend is found in the cause.',
    run: (context) =>
      throughProxy(context, async ({ proxy, open }) => {
        const stores = await open({ callMillis: CALL_MILLIS })
        const run = newRun(context)
        await requireReach(stores, run)
        await proxy.goDown()
        for (const [name, error] of await failures(stores, newRun(context))) {
          requireNamed(error, name)
          assert.ok(error.retryable, `${name}: ${error.code} is not retryable`)
          assert.ok(
            error.cause !== undefined || error.code === 'store_timeout',
            `${name}: no cause`,
          )
        }
        await proxy.comeUp()
        await requireReach(stores, newRun(context))
      }),
  },
  {
    id: 'XX-05b',
    subject: 'any',
    level: 2,
    needs: ['proxy'],
    title: 'a signal that is aborted before the call keeps it from the server',
    why: 'A cancel that still costs a request is paid for every state of a cancelled run.',
    run: (context) =>
      throughProxy(context, async ({ proxy, open }) => {
        const stores = await open()
        await requireReach(stores, newRun(context))
        const { requests: before } = proxy.traffic
        const signal = AbortSignal.abort(new Error('not any more'))
        const calls = callsOf(stores, newRun(context), { signal })
        await Promise.allSettled(Array.from(calls.values(), (call) => call()))
        assert.equal(proxy.traffic.requests, before, 'the server heard of it')
      }),
  },
  {
    id: 'XX-06b',
    subject: 'any',
    level: 3,
    needs: ['proxy'],
    title:
      'a call that is aborted while the server is silent rejects within 250 ms; the next one works',
    why: 'Cancelling is what people do when a server hangs.',
    run: (context) =>
      throughProxy(context, async ({ proxy, open }) => {
        const stores = await open({ callMillis: 30_000 })
        await requireReach(stores, newRun(context))
        const hole = proxy.arm({ kind: 'black_hole' }, { times: 1000 })
        const controller = new AbortController()
        const reason = new Error('not any more')
        const writes = writesOf(stores, newRun(context), controller.signal)
        assert.equal(await within(5000, hole.hit), true)
        controller.abort(reason)
        const ended = Promise.allSettled(writes.map(({ done }) => done))
        assert.notEqual(await within(250, ended), 'late', 'the abort was not heard')
        hole.disarm()
        proxy.dropConnections()
        for (const write of writes) {
          await requireLegal({ ...write, found: () => persist(write.found) }, reason)
        }
        await requireReach(stores, newRun(context))
      }),
  },
  {
    id: 'XX-08',
    subject: 'any',
    level: 3,
    needs: ['proxy'],
    title: 'a server that never answers ends every call with a timeout, within its deadline',
    why: 'A run that hangs is worse than one that fails: nobody is told, and its lease blocks the next try.',
    run: (context) =>
      throughProxy(context, async ({ proxy, open }) => {
        const stores = await open({ callMillis: CALL_MILLIS })
        await requireReach(stores, newRun(context))
        const hole = proxy.arm({ kind: 'black_hole' }, { times: 10_000 })
        for (const [name, error] of await failures(stores, newRun(context))) {
          assert.ok(
            hasCode(error, 'store_timeout', 'store_outcome_unknown'),
            `${name} ended with ${String(error)}`,
          )
        }
        assert.ok(hole.fired > 0, 'nothing fell into the hole')
        hole.disarm()
        proxy.dropConnections()
        await requireReach(stores, newRun(context))
      }),
  },
  {
    id: 'XX-15',
    subject: 'any',
    level: 3,
    needs: ['restart'],
    title:
      'after a restart of its server an open store goes on, and everything acknowledged is there',
    why: 'Servers are restarted for every security fix, and nobody restarts their clients.',
    run: async (context) => {
      const stores = await context.open({ callMillis: CALL_MILLIS * 5 })
      const run = newRun(context)
      await writeRound(stores, run, 1)
      await context.harness.restartServer?.()
      await persist(() => requireRounds(stores, run, 1))
      await requireReach(stores, newRun(context))
      await writeRound(stores, run, 2)
      await requireRounds(stores, run, 2)
    },
  },
  {
    id: 'XX-15b',
    subject: 'any',
    level: 3,
    needs: ['restart'],
    title: 'calls that a restart of the server interrupts end with a retryable error or succeed',
    why: 'A restart under load hits hundreds of calls at once, each of which some run waits for.',
    run: async (context) => {
      const stores = await context.open({ callMillis: CALL_MILLIS * 5 })
      for (const _ of upTo(context.rounds(3))) {
        const isBack = new AbortController()
        const workers = Promise.all(upTo(4).map(() => writeUntil(isBack.signal, stores, context)))
        try {
          await context.harness.restartServer?.()
        } finally {
          isBack.abort()
        }
        assert.deepEqual((await workers).flat(), [])
        await requireReach(stores, newRun(context))
      }
    },
  },
]
