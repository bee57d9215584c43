import assert from 'node:assert/strict'
import type { EventStore, JsonValue, RunId } from '@mfm/core-types'
import { hasCode } from '@mfm/errors'
import type { CaseContext, ConformanceCase } from '../../case.ts'
import type { Child } from '../../children/child.ts'
import { startChild, taskModule } from '../../children/child.ts'
import {
  collect,
  counted,
  digestOf,
  newRun,
  seqsOf,
  someInteger,
  upTo,
} from '../support/samples.ts'

type Context = CaseContext<'events'>

function child({ harness, signal }: Context, name: string, given: JsonValue): Child {
  return startChild(harness, { task: taskModule(import.meta.url, name), signal, given })
}

/** A child that is killed while it appends; resolves to the last head that it was told. */
async function killedWhileAppending(
  context: Context,
  { run, batch }: { readonly run: RunId; readonly batch: number },
): Promise<number> {
  const appending = child(context, './append-until-killed.task', {
    scope: context.scope,
    run,
    batch,
  })
  let appendsLeft = someInteger(context, 1, 25)
  let acknowledged = 0
  for await (const message of appending.messages) {
    const { begun, done } = Object(message)
    if (typeof done === 'number') acknowledged = done
    if (typeof begun === 'number' && --appendsLeft === 0) appending.kill()
  }
  const { signal } = await appending.exit
  assert.equal(signal, 'SIGKILL', 'the child was not killed')
  return acknowledged
}

interface Expected {
  readonly run: RunId
  readonly batch: number
  readonly atLeast: number
}

async function appendAfterKill(events: EventStore, expected: Expected): Promise<number> {
  const { run, batch } = expected
  for (let tries = 0; ; tries++) {
    const head = await requireWholeBatches(events, expected)
    try {
      return await events.append(run, head, counted({ run, after: head }, batch))
    } catch (error) {
      // A server may finish the commit of a client that is gone.
      if (!hasCode(error, 'event_store_concurrency') || tries > 10) throw error
    }
  }
}

async function requireWholeBatches(
  events: EventStore,
  { run, batch, atLeast }: Expected,
): Promise<number> {
  // In this order: a server may finish the commit of a client that is gone at any time.
  const head = await events.headSeq(run)
  const found = await collect(events.read(run, { to: head }))
  assert.equal(found.length, head)
  assert.ok(head >= atLeast, `${atLeast} events were acknowledged, ${head} are there`)
  assert.equal(head % batch, 0, 'a part of a batch is there')
  const due = upTo(head / batch).flatMap((n) => counted({ run, after: (n - 1) * batch }, batch))
  assert.deepEqual(found.map(digestOf), due.map(digestOf))
  return head
}

export const PROCESSES: readonly ConformanceCase<'events'>[] = [
  {
    id: 'ES-26',
    subject: 'events',
    level: 1,
    needs: ['shared'],
    title: 'what was acknowledged is there for another handle',
    why: 'One program writes a run and another follows it.',
    run: async (context) => {
      const run = newRun(context)
      const [writer, reader] = [await context.open(), await context.open()]
      for (const head of upTo(context.rounds(20))) {
        await writer.events.append(run, head - 1, counted({ run, after: head - 1 }, 1))
        assert.equal(await reader.events.headSeq(run), head)
        const seen = await seqsOf(reader.events, run)
        assert.deepEqual(seen, upTo(head))
        const [first] = (await reader.events.listRuns()).items
        assert.equal(first?.headSeq, head)
      }
      await writer.close()
      const { events } = await context.open()
      assert.deepEqual(await collect(events.read(run)), await collect(reader.events.read(run)))
    },
  },
  {
    id: 'ES-26b',
    subject: 'events',
    level: 1,
    needs: ['processes'],
    title: 'what was acknowledged is there for another process',
    why: 'A run is resumed by another process than the one that died.',
    run: async (context) => {
      const { events } = await context.open()
      const run = newRun(context)
      const given = counted({ run, tsMillis: 5 }, 20)
      await events.append(run, 0, given)
      const reading = child(context, './read-all.task', { scope: context.scope, run })
      assert.deepEqual(await reading.result(), [20, given.map(digestOf)])
    },
  },
  {
    id: 'ES-27',
    subject: 'events',
    level: 2,
    needs: ['processes'],
    title: '4 processes with 25 appends each leave 100 events, each process in its order',
    why: 'A lock that holds within one process only lets two of them write one number.',
    run: async (context) => {
      const { events } = await context.open()
      const [run, gate] = [newRun(context), newRun(context)]
      const count = 25
      const names = upTo(4)
      const children = names.map((name) => {
        const given = { scope: context.scope, run, gate, name, count }
        return child(context, './append-many.task', given)
      })
      const results = children.map((one) => saidReady(one))
      await Promise.all(results.map(({ ready }) => ready))
      await events.append(gate, 0, counted({ run: gate }, 1))
      await Promise.all(results.map(({ ended }) => ended))
      const found = await collect(events.read(run))
      assert.deepEqual(
        found.map(({ seq }) => seq),
        upTo(names.length * count),
      )
      const marks = found.map(({ event }) => Object(event).payload)
      for (const name of names) {
        const own = marks.filter((mark) => mark.name === name).map(({ index }) => index)
        assert.deepEqual(own, upTo(count - 1, 0))
      }
    },
  },
  {
    id: 'ES-28',
    subject: 'events',
    level: 3,
    needs: ['processes'],
    title:
      'a process that is killed while it appends leaves what was acknowledged, and whole batches',
    why: 'Processes die at any moment, and what they were told is durable must be.',
    run: async (context) => {
      const run = newRun(context)
      const batch = 3
      let atLeast = 0
      for (let round = 0; round < context.rounds(8); round++) {
        context.signal.throwIfAborted()
        atLeast = Math.max(atLeast, await killedWhileAppending(context, { run, batch }))
        const { events, close } = await context.open()
        atLeast = await appendAfterKill(events, { run, batch, atLeast })
        await close()
      }
    },
  },
]

/** Resolves `ready` with its first word, and `ended` when it has ended well. */
function saidReady(one: Child): { ready: Promise<void>; ended: Promise<void> } {
  const ready = Promise.withResolvers<void>()
  const listen = async (): Promise<void> => {
    for await (const _ of one.messages) ready.resolve()
    await one.result()
  }
  const ended = listen()
  ended.catch(ready.reject)
  return { ready: ready.promise, ended }
}
