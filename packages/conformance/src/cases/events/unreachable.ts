import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { RunId } from '@mfm/core-types'
import { isMfmError } from '@mfm/errors'
import type { CaseContext, ConformanceCase } from '../../case.ts'
import { throughProxy } from '../../faults/through-proxy.ts'
import { rejection } from '../support/expecting.ts'
import { FOREIGN_RUN_IDS } from '../support/json-samples.ts'
import { collect, counted, domainEvent, envelopes, newRun, upTo } from '../support/samples.ts'
import { requireDoneOrRetryable, settle } from '../support/settled.ts'
import { within } from '../support/within.ts'
import { appendUnder, requireSettled, SLACK_MILLIS } from './settled-append.ts'

/** The deadline of a call in these cases. */
const CALL_MILLIS = 1000

/** Longest that a client may take to find its server again. */
const RECOVERY_MILLIS = 20_000

/** Repeats what a server that comes back may refuse for a while. */
async function persist<T>({ signal }: CaseContext<'events'>, work: () => Promise<T>): Promise<T> {
  const end = performance.now() + RECOVERY_MILLIS
  for (;;) {
    signal.throwIfAborted()
    const result = await settle(work())
    if (result.status === 'fulfilled') return result.value
    const mayRepeat = isMfmError(result.reason) && result.reason.retryable
    if (!mayRepeat || performance.now() > end) throw result.reason
    await delay(100)
  }
}

const DOWN: ConformanceCase<'events'> = {
  id: 'ES-32',
  subject: 'events',
  level: 3,
  needs: ['shared', 'proxy'],
  title:
    'while the server is down an append fails in time with a retryable error, and writes nothing later',
  why: 'An append that waits in a queue is written when another writer has long taken the run.',
  run: (context) =>
    throughProxy(context, async ({ proxy, open }) => {
      const direct = await context.open()
      const { events } = await open({ callMillis: CALL_MILLIS })
      const run = newRun(context)
      await events.append(run, 0, counted({ run }, 1))
      await proxy.goDown()
      const tries = upTo(5).map(() => settle(events.append(run, 1, counted({ run, after: 1 }, 1))))
      const results = await within(CALL_MILLIS + SLACK_MILLIS, Promise.all(tries))
      assert.ok(results !== 'late', 'appends hang while the server is down')
      for (const result of results) {
        assert.equal(result.status, 'rejected')
        requireDoneOrRetryable(result)
      }
      await proxy.comeUp()
      await persist(context, () => events.headSeq(run))
      assert.equal(await direct.events.headSeq(run), 1, 'an append was kept and sent later')
      await persist(context, () => events.append(run, 1, counted({ run, after: 1 }, 1)))
      assert.equal(await direct.events.headSeq(run), 2)
    }),
}

const SILENT: ConformanceCase<'events'> = {
  id: 'ES-32b',
  subject: 'events',
  level: 3,
  needs: ['shared', 'proxy'],
  title: 'an append to a silent server ends within its deadline, and is settled by reading',
  why: 'A hung server must not hang its clients.',
  run: async (context) => {
    const { hits } = await appendUnder(context, { kind: 'black_hole' }, CALL_MILLIS)
    context.note(`${hits} requests of appends were never answered`)
  },
}

const SLOW: ConformanceCase<'events'> = {
  id: 'ES-32c',
  subject: 'events',
  level: 3,
  needs: ['shared', 'proxy'],
  title:
    'an append over a slow line succeeds, or ends within its deadline and is settled by reading',
  why: 'Throttling is how servers defend themselves, on the worst day.',
  run: (context) =>
    throughProxy(context, async ({ proxy, open }) => {
      const direct = await context.open()
      for (const bytesPerSecond of [200_000, 1000]) {
        const { events } = await open({ callMillis: CALL_MILLIS })
        const run = newRun(context)
        await events.append(run, 0, counted({ run }, 1))
        const slow = proxy.arm({ kind: 'slow', bytesPerSecond }, { times: 1000 })
        const batch = envelopes({ run, after: 1 }, [domainEvent('x'.repeat(10_000))])
        const result = await within(
          CALL_MILLIS + SLACK_MILLIS,
          settle(events.append(run, 1, batch)),
        )
        assert.ok(result !== 'late', `an append at ${bytesPerSecond} bytes a second hangs`)
        assert.ok(slow.fired > 0, 'the line was never slow')
        slow.disarm()
        proxy.dropConnections()
        await requireSettled(direct.events, { run, expected: 1, batch }, result)
      }
    }),
}

const UNASKED: ConformanceCase<'events'> = {
  id: 'ES-17b',
  subject: 'events',
  level: 3,
  needs: ['proxy'],
  title: 'run ids outside the grammar and events that cannot be stored never reach the server',
  why: 'What reaches the server is in its logs, its paths and its statements.',
  run: (context) =>
    throughProxy(context, async ({ proxy, open }) => {
      const { events } = await open()
      const run = newRun(context)
      await events.append(run, 0, counted({ run }, 1))
      const { requests } = proxy.traffic
      const foreign = FOREIGN_RUN_IDS as readonly RunId[] // that they are not is the point
      for (const id of foreign) {
        await rejection(events.headSeq(id), 'invalid_id')
        await rejection(events.append(id, 0, []), 'invalid_id')
        await rejection(collect(events.read(id)), 'invalid_id')
      }
      const gap = counted({ run, after: 2 }, 1)
      await rejection(events.append(run, 1, gap), 'event_append_invalid')
      assert.equal(proxy.traffic.requests, requests, 'the server heard of it')
      await events.headSeq(newRun(context))
      assert.ok(proxy.traffic.requests > requests, 'nothing goes through the proxy')
    }),
}

export const UNREACHABLE: readonly ConformanceCase<'events'>[] = [DOWN, SILENT, SLOW, UNASKED]
