import assert from 'node:assert/strict'
import type { AtomicBatch, RunId } from '@mfm/core-types'
import { hasCode } from '@mfm/errors'
import type { ConformanceCase, StoresOf } from '../../case.ts'
import { startChild, taskModule } from '../../children/child.ts'
import { atEveryRequest } from '../../faults/at-every-request.ts'
import { throughProxy } from '../../faults/through-proxy.ts'
import {
  bytesOf,
  collect,
  domainEvent,
  envelopes,
  idOf,
  newRun,
  someInteger,
  upTo,
} from '../support/samples.ts'

type AllStores = StoresOf<'all'>

/** The commit that makes event `seq` of a run: two events, two bindings and two artifacts of its own. */
export function commitAt(run: RunId, after: number): AtomicBatch {
  const texts = [`${run} ${after} a`, `${run} ${after} b`]
  return {
    artifacts: texts.map((text) => ({
      kind: 'fact_payload',
      id: idOf(text),
      bytes: bytesOf(text),
    })),
    bindings: texts.map((text) => ({ key: text, artifactId: idOf(text) })),
    events: envelopes(
      { run, after },
      texts.map((text) => domainEvent(text)),
    ),
  }
}

/** The parts of the commit after a head that are there. */
async function partsThere(stores: AllStores, run: RunId, after: number): Promise<number> {
  const { artifacts, bindings, events } = commitAt(run, after)
  const there = await Promise.all([
    ...artifacts.map(({ id }) => stores.artifacts.exists(id)),
    ...bindings.map(
      async ({ key, artifactId }) => (await stores.facts.get(run, key)) === artifactId,
    ),
  ])
  const seqs = await collect(
    stores.events.read(run, { from: after + 1, to: after + events.length }),
  )
  return there.filter((isThere) => isThere).length + seqs.length
}

const WHOLE = 6

/** Fails where a commit is there in part. @returns whether it is there */
async function requireWhole(stores: AllStores, run: RunId, after: number): Promise<boolean> {
  const parts = await partsThere(stores, run, after)
  assert.ok(
    parts === 0 || parts === WHOLE,
    `${parts} of ${WHOLE} parts of the commit after ${after} are there`,
  )
  return parts === WHOLE
}

/**
 * Commits once more and gives the head before it. A server may still be at work for a client that is gone; behind the
 * fence of this commit nothing of that client can come.
 */
async function commitAfterKill(stores: AllStores, run: RunId): Promise<number> {
  for (;;) {
    const head = await stores.events.headSeq(run)
    try {
      await stores.atomic.recordAtomically(run, head, commitAt(run, head))
      return head
    } catch (error) {
      if (!hasCode(error, 'event_store_concurrency')) throw error
    }
  }
}

export const CRASH_CASES: readonly ConformanceCase<'all'>[] = [
  {
    id: 'ES-39h',
    subject: 'all',
    level: 0,
    title: 'a commit that is aborted at any moment is there whole or not at all',
    why: 'A cancelled state must leave no binding that its stream does not know.',
    run: async (context) => {
      const stores = await context.open()
      const run = newRun(context)
      const moments = [queueMicrotask, process.nextTick, setImmediate] as ((
        done: () => void,
      ) => void)[]
      for (const round of upTo(context.rounds(30))) {
        const controller = new AbortController()
        const head = await stores.events.headSeq(run)
        const committing = stores.atomic.recordAtomically(run, head, commitAt(run, head), {
          signal: controller.signal,
        })
        moments[round % moments.length]?.(() => controller.abort())
        const outcome = await committing.catch((error: unknown) => error)
        const isThere = await requireWhole(stores, run, head)
        assert.ok(isThere || outcome === controller.signal.reason, String(outcome))
      }
    },
  },
  {
    id: 'ES-39i',
    subject: 'all',
    level: 3,
    needs: ['processes'],
    title: 'after a kill in the middle of commits each of them is there whole or not at all',
    why: 'After a crash nobody is there who remembers what was under way.',
    run: async (context) => {
      const { harness, scope, signal } = context
      const task = taskModule(import.meta.url, './commit.task')
      const stores = await context.open()
      for (const _ of upTo(context.rounds(5))) {
        const run = newRun(context)
        const child = startChild(harness, { task, given: { scope, run }, signal })
        const last = someInteger(context, 2, 60)
        let acknowledged = 0
        for await (const message of child.messages) {
          acknowledged = Number(message)
          if (acknowledged >= last) child.kill()
        }
        assert.equal((await child.exit).signal, 'SIGKILL')
        const head = await commitAfterKill(stores, run)
        assert.ok(head >= acknowledged, `acknowledged up to ${acknowledged}, there up to ${head}`)
        for (let after = 0; after <= head + 2; after += 2) {
          assert.equal(await requireWhole(stores, run, after), after <= head)
        }
      }
    },
  },
  {
    id: 'ES-39j',
    subject: 'all',
    level: 3,
    needs: ['proxy', 'shared'],
    title: 'a connection that is cut at any request of a commit leaves it whole or not at all',
    why: 'Networks fail between any two messages, and a commit takes several.',
    run: (context) =>
      throughProxy(context, async ({ proxy, open }) => {
        const direct = await context.open()
        const stores = await open({ callMillis: 5000 })
        for (const kind of ['cut_before', 'cut_after', 'reset'] as const) {
          const hit = await atEveryRequest(proxy, { kind }, async (arm) => {
            const run = newRun(context)
            await stores.events.headSeq(run)
            arm()
            const outcome = await stores.atomic
              .recordAtomically(run, 0, commitAt(run, 0))
              .catch((error: unknown) => error)
            const isThere = await requireWhole(direct, run, 0)
            assert.ok(isThere || outcome instanceof Error, 'it was acknowledged and is not there')
            const head = await stores.events.headSeq(run)
            await stores.atomic.recordAtomically(run, head, commitAt(run, head))
          })
          assert.ok(hit > 0, `${kind} hit no request`)
        }
      }),
  },
]
