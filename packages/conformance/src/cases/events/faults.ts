import assert from 'node:assert/strict'
import type { EventEnvelope, EventStore, RunId } from '@mfm/core-types'
import { hasCode, isMfmError } from '@mfm/errors'
import type { CaseContext, ConformanceCase } from '../../case.ts'
import { atEveryRequest } from '../../faults/at-every-request.ts'
import type { Fault } from '../../faults/fault.ts'
import { throughProxy } from '../../faults/through-proxy.ts'
import { checkHistories } from '../../histories/check-histories.ts'
import type { LabelledCall } from '../../histories/stream-experiment.ts'
import { streamExperiment } from '../../histories/stream-experiment.ts'
import {
  collect,
  counted,
  digestOf,
  domainEvent,
  envelopes,
  newRun,
  someInteger,
  someOf,
  upTo,
} from '../support/samples.ts'
import { requireDoneOrRetryable, settle } from '../support/settled.ts'
import { within } from '../support/within.ts'

type Context = CaseContext<'events'>

/** The codes that leave open whether a commit happened. */
function isOpen(error: unknown): boolean {
  return hasCode(error, 'store_outcome_unknown', 'store_timeout')
}

interface Append {
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
async function requireSettled(
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

/** Appends with the fault at each request in turn; gives how many were hit, and how many appends succeeded all the same. */
async function appendUnder(
  context: Context,
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
      const result = await settle(stores.events.append(run, 1, batch))
      armed.disarm()
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

function underFault(
  given: Pick<ConformanceCase, 'id' | 'title' | 'why'>,
  fault: Fault,
): ConformanceCase<'events'> {
  return {
    ...given,
    subject: 'events',
    level: 3,
    needs: ['shared', 'proxy'],
    run: async (context) => {
      const { hits, successes } = await appendUnder(context, fault)
      context.note(
        `${hits} requests of appends were hit; ${successes - 1} of them went on to succeed`,
      )
    },
  }
}

const LOST_REPLY =
  'A writer that believes a lost reply was a failure writes twice, or gives its run up.'
const NOT_WRITTEN =
  'Whoever may try again must know that nothing was written, or be told that nobody knows.'

/** The deadline of a call in these cases, and what an adapter may add to it. */
const CALL_MILLIS = 1000
const SLACK_MILLIS = 4000

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
    const started = performance.now()
    const { hits } = await appendUnder(context, { kind: 'black_hole' }, CALL_MILLIS)
    const each = (performance.now() - started) / (hits + 1)
    assert.ok(each < CALL_MILLIS + SLACK_MILLIS, `an append took ${Math.round(each)} ms`)
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

const WRITER: ConformanceCase<'events'> = {
  id: 'ES-31',
  subject: 'events',
  level: 3,
  needs: ['shared', 'proxy'],
  title:
    'a writer that settles what it does not know leaves every event once, over a line that cuts at random',
  why: 'Clients and drivers resend by themselves, and a resent append must not be a second one.',
  run: (context) =>
    throughProxy(context, async ({ proxy, open }) => {
      const direct = await context.open()
      const { events } = await open()
      const run = newRun(context)
      const last = context.rounds(60)
      let fired = 0
      for (let expected = 0; expected < last; expected++) {
        context.signal.throwIfAborted()
        const kind = someOf(context, ['cut_before', 'cut_after', 'reset'] as const)
        const isHit = context.random() < 0.5
        const armed = isHit ? proxy.arm({ kind }, { after: someInteger(context, 0, 1) }) : undefined
        const batch = counted({ run, after: expected }, 1)
        const result = await settle(events.append(run, expected, batch))
        armed?.disarm()
        fired += armed?.fired ?? 0
        await requireSettled(direct.events, { run, expected, batch }, result)
      }
      const all = await collect(direct.events.read(run))
      const due = upTo(last, 1).flatMap((seq) => counted({ run, after: seq - 1 }, 1))
      assert.deepEqual(all.map(digestOf), due.map(digestOf))
      assert.ok(fired > 0, 'no fault fired')
      context.note(`${fired} requests of ${last} appends were cut`)
    }),
}

const READER: ConformanceCase<'events'> = {
  id: 'ES-31b',
  subject: 'events',
  level: 3,
  needs: ['proxy'],
  title: 'a reading that loses its connection goes on or fails, and is never short',
  why: 'A stream that ends early is taken for a run that has not got further.',
  run: (context) =>
    throughProxy(context, async ({ proxy, open }) => {
      const writer = await open()
      const run = newRun(context)
      const length = 1500
      const texts = upTo(length).map((n) => domainEvent(`${n} ${'x'.repeat(300)}`))
      await writer.events.append(run, 0, envelopes({ run }, texts))
      const faults: readonly Fault[] = [
        { kind: 'cut_after' },
        { kind: 'half_body', bytes: 1000 },
        { kind: 'half_body', bytes: 100_000 },
      ]
      let hits = 0
      for (const fault of faults) {
        hits += await atEveryRequest(proxy, fault, async (arm) => {
          context.signal.throwIfAborted()
          const stores = await open()
          await stores.events.headSeq(run)
          const armed = arm()
          const seen: number[] = []
          const reading = async (): Promise<void> => {
            for await (const { seq } of stores.events.read(run)) seen.push(seq)
          }
          const result = await settle(reading())
          armed.disarm()
          requireDoneOrRetryable(result)
          assert.deepEqual(seen, upTo(seen.length), 'events are missing or doubled')
          assert.ok(result.status === 'rejected' || seen.length === length, 'it is short')
          await stores.close()
        })
      }
      assert.ok(hits > 0, 'a reading goes through the proxy in no request')
      context.note(`${hits} requests of readings were hit`)
    }),
}

const HISTORIES: ConformanceCase<'events'> = {
  id: 'ES-24b',
  subject: 'events',
  level: 3,
  needs: ['shared', 'proxy'],
  title:
    '20 histories over a line that cuts at random are linearizable, with outcomes that nobody knows',
  why: 'What a lost reply does to others shows only in how the calls of several clients fit together.',
  run: (context) =>
    throughProxy(context, async ({ proxy, open }) => {
      const handles = [(await open()).events, (await open()).events]
      let fired = 0
      await checkHistories(context, 20, async (chance) => {
        const experiment = streamExperiment(handles, [newRun(chance), newRun(chance)])
        return {
          ...experiment,
          isUnknown: (error) => isMfmError(error) && error.retryable,
          perform: async (client: number, call: LabelledCall) => {
            if (chance.random() >= 0.05) return await experiment.perform(client, call)
            const kind = someOf(chance, ['cut_before', 'cut_after', 'reset'] as const)
            const armed = proxy.arm({ kind })
            try {
              return await experiment.perform(client, call)
            } finally {
              armed.disarm()
              fired += armed.fired
            }
          },
        }
      })
      assert.ok(fired > 0, 'no fault fired')
      context.note(`${fired} requests were cut`)
    }),
}

/** Repeats what a server that comes back may refuse for a while. */
async function persist<T>({ signal }: Context, work: () => Promise<T>): Promise<T> {
  const end = performance.now() + 20_000
  for (;;) {
    signal.throwIfAborted()
    const result = await settle(work())
    if (result.status === 'fulfilled') return result.value
    const mayRepeat = isMfmError(result.reason) && result.reason.retryable
    if (!mayRepeat || performance.now() > end) throw result.reason
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

export const FAULTS: readonly ConformanceCase<'events'>[] = [
  underFault(
    {
      id: 'ES-29',
      title:
        'an append whose reply is lost succeeds, or says that nobody knows, and is settled by reading',
      why: LOST_REPLY,
    },
    { kind: 'cut_after' },
  ),
  underFault(
    {
      id: 'ES-29b',
      title: 'an append whose reply is cut short succeeds, or says that nobody knows',
      why: LOST_REPLY,
    },
    { kind: 'half_body', bytes: 3 },
  ),
  underFault(
    {
      id: 'ES-30',
      title: 'an append that never reaches the server is retryable and has written nothing',
      why: NOT_WRITTEN,
    },
    { kind: 'cut_before' },
  ),
  underFault(
    {
      id: 'ES-30b',
      title: 'an append whose connection is reset is retryable and has written nothing',
      why: NOT_WRITTEN,
    },
    { kind: 'reset' },
  ),
  WRITER,
  READER,
  DOWN,
  SILENT,
  SLOW,
  HISTORIES,
]
