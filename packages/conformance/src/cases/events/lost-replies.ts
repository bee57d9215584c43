import assert from 'node:assert/strict'
import type { ConformanceCase } from '../../case.ts'
import { atEveryRequest } from '../../faults/at-every-request.ts'
import type { Fault } from '../../faults/fault.ts'
import { throughProxy } from '../../faults/through-proxy.ts'
import { at } from '../support/expecting.ts'
import {
  collect,
  counted,
  digestOf,
  domainEvent,
  envelopes,
  newRun,
  someOf,
  upTo,
} from '../support/samples.ts'
import { requireDoneOrRetryable, settle } from '../support/settled.ts'
import { appendUnder, requireSettled } from './settled-append.ts'

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

const CUTS = ['cut_before', 'cut_after', 'reset'] as const

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
        const kind = at(CUTS, expected % CUTS.length)
        const armed = proxy.arm({ kind }, { after: someOf(context, [0, 0, 0, 1]) })
        const batch = counted({ run, after: expected }, 1)
        const result = await settle(events.append(run, expected, batch))
        armed.disarm()
        fired += armed.fired
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

export const LOST_REPLIES: readonly ConformanceCase<'events'>[] = [
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
]
