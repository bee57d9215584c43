import assert from 'node:assert/strict'
import type { EventStore, RunId } from '@mfm/core-types'
import type { CaseContext, ConformanceCase, StoresOf } from '../../case.ts'
import type { EventDamage } from '../../harness.ts'
import { rejection } from '../support/expecting.ts'
import { counted, domainEvent, envelopes, newRun, seqsOf, upTo } from '../support/samples.ts'

const LENGTH = 9

/** Events of one chain, in batches of one, two and many, long enough that pages and packs have insides. */
async function write(events: EventStore, run: RunId): Promise<void> {
  const texts = upTo(LENGTH).map((n) => domainEvent({ n, text: 'text '.repeat(40) }))
  const chain = envelopes({ run }, texts)
  await events.append(run, 0, chain.slice(0, 1))
  await events.append(run, 1, chain.slice(1, 3))
  await events.append(run, 3, chain.slice(3))
}

interface Damage {
  readonly seq: number
  readonly how: EventDamage
}

interface Place {
  readonly scope: string
  open(): Promise<StoresOf<'events'>>
}

/** Damages one run of two, and requires that reading says so and that the other run is whole. */
async function requireNoticed(
  context: CaseContext<'events'>,
  { scope, open }: Place,
  { seq, how }: Damage,
): Promise<void> {
  const [run, whole] = [newRun(context), newRun(context)]
  const writer = await open()
  await write(writer.events, run)
  await write(writer.events, whole)
  await writer.close()
  await context.backdoor.damageEvents(scope, run, seq, how)
  const { events } = await open()
  for (const range of [{}, { from: Math.max(seq - 1, 1) }, { from: seq, to: seq + 1 }]) {
    const seen: number[] = []
    const reading = async (): Promise<void> => {
      for await (const event of events.read(run, range)) seen.push(event.seq)
    }
    const error = await rejection(reading(), 'event_store_corruption')
    const next = (range.from ?? 1) + seen.length
    assert.deepEqual(seen, upTo(next - 1, range.from))
    assert.ok(next <= seq, 'damaged events were read')
    // Where events are packed together, what is damaged begins before the one that was hit.
    const named = Number(error.details?.['seq'])
    assert.ok(named >= next && named <= seq, `${how} of ${seq} was reported at ${named}`)
    assert.equal(error.details?.['runId'], run)
  }
  assert.deepEqual(await seqsOf(events, whole), upTo(LENGTH))
}

function damaging(
  id: string,
  title: string,
  [one, other]: readonly [Damage, Damage],
): ConformanceCase<'events'> {
  return {
    id,
    subject: 'events',
    level: 1,
    needs: ['shared', 'backdoor.damageEvents'],
    title,
    why: 'A run that goes on from events that are not what was written acts on things that never happened.',
    run: async (context) => {
      const { scope, otherScope } = context
      // A scope each: a backdoor need not find its way through what is damaged already.
      await requireNoticed(context, { scope, open: () => context.open() }, one)
      await requireNoticed(context, { scope: otherScope, open: () => context.openOther() }, other)
    },
  }
}

export const DAMAGE: readonly ConformanceCase<'events'>[] = [
  damaging('ES-33', 'a flipped byte of an event is a corruption that names run and number', [
    { seq: 1, how: 'flip' },
    { seq: 5, how: 'flip' },
  ]),
  damaging('ES-33b', 'an event that was cut short is a corruption that names run and number', [
    { seq: LENGTH, how: 'truncate' },
    { seq: 2, how: 'truncate' },
  ]),
  damaging('ES-33c', 'an event that is missing in the middle is never skipped', [
    { seq: 1, how: 'drop' },
    { seq: 6, how: 'drop' },
  ]),
  damaging('ES-33d', 'two events that changed places are a corruption, whatever their numbers', [
    { seq: 4, how: 'swap' },
    { seq: LENGTH - 1, how: 'swap' },
  ]),
  damaging('ES-33e', 'a link to another event than the one before is a corruption', [
    { seq: 2, how: 'unlink' },
    { seq: 7, how: 'unlink' },
  ]),
  {
    id: 'ES-36',
    subject: 'events',
    level: 1,
    needs: ['shared', 'backdoor.seedHead'],
    title: 'numbers beyond 2^31 and beyond 2^40 work as small ones do',
    why: 'A column of 32 bits ends a long run, years after it was chosen.',
    run: async (context) => {
      for (const head of [2 ** 31 + 7, 2 ** 40 + 1]) {
        const run = newRun(context)
        const seeding = await context.open()
        await seeding.events.headSeq(run)
        await seeding.close()
        await context.backdoor.seedHead(context.scope, run, head)
        const { events } = await context.open()
        assert.equal(await events.headSeq(run), head)
        assert.equal(await events.append(run, head, counted({ run, after: head }, 3)), head + 3)
        const seen: number[] = []
        for await (const { seq } of events.read(run, { from: head + 2 })) seen.push(seq)
        assert.deepEqual(seen, [head + 2, head + 3])
        const late = events.append(run, head, counted({ run, after: head }, 1))
        const { details } = await rejection(late, 'event_store_concurrency')
        assert.equal(details?.['expected'], head)
        assert.equal(details?.['actual'], head + 3)
      }
    },
  },
]
