import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import type { EventEnvelope, EventStore, EventWatcher, RunId } from '@mfm/core-types'
import { canWatch } from '@mfm/core-types'
import { hasCode, isMfmError } from '@mfm/errors'
import type { CaseContext, ConformanceCase } from '../../case.ts'
import { throughProxy } from '../../faults/through-proxy.ts'
import { at, outcomes } from '../support/expecting.ts'
import { openHandles } from '../support/handles.ts'
import { counted, newRun, someInteger, upTo } from '../support/samples.ts'
import { settle } from '../support/settled.ts'
import { within } from '../support/within.ts'

/** Longest that an event may take to reach its watcher; long after a lost notification, too. */
const ARRIVAL_MILLIS = 15_000

function watcherOf(events: EventStore): EventStore & EventWatcher {
  assert.ok(canWatch(events), 'it declares watch and has none')
  return events
}

/** The next `count` events, each of which must arrive in time. */
async function take(
  watching: AsyncIterator<EventEnvelope>,
  count: number,
): Promise<readonly EventEnvelope[]> {
  const taken: EventEnvelope[] = []
  while (taken.length < count) {
    const next = await within(ARRIVAL_MILLIS, watching.next())
    assert.notEqual(next, 'late', `only ${taken.length} of ${count} events arrived`)
    if (next === 'late') break
    assert.notEqual(next.done, true, 'the watch ended')
    const due = (taken.at(-1)?.seq ?? next.value.seq - 1) + 1
    assert.equal(next.value.seq, due, 'an event is missing, or came twice')
    taken.push(next.value)
  }
  return taken
}

function watch(
  events: EventStore,
  run: RunId,
  from: number | undefined,
  signal: AbortSignal,
): AsyncIterator<EventEnvelope> {
  return watcherOf(events).watch(run, from, { signal })[Symbol.asyncIterator]()
}

/** Appends one event after the other, as a writer would that is alone and retries. */
async function appendOneByOne(
  events: EventStore,
  run: RunId,
  {
    from,
    to,
    signal,
  }: { readonly from: number; readonly to: number; readonly signal: AbortSignal },
): Promise<void> {
  for (let seq = from; seq <= to; ) {
    signal.throwIfAborted()
    const result = await settle(events.append(run, seq - 1, counted({ run, after: seq - 1 }, 1)))
    if (result.status === 'fulfilled') {
      seq++
      await nextTurn() // so that watchers have a turn, too
    } else if (hasCode(result.reason, 'event_store_concurrency'))
      seq = (await events.headSeq(run)) + 1
    else if (isMfmError(result.reason) && result.reason.retryable) await delay(50)
    else throw result.reason
  }
}

const SEQUENCE: ConformanceCase<'events'> = {
  id: 'ES-38',
  subject: 'events',
  level: 0,
  needs: ['watch'],
  title: 'a watch yields what is there and then what comes, once and in order',
  why: 'A follower that misses an event, or sees one twice, shows a run that never was.',
  run: async (context) => {
    const { events } = await context.open()
    const run = newRun(context)
    const all = counted({ run }, 700)
    await events.append(run, 0, all.slice(0, 4))
    for (const from of [undefined, 0, 1, 3, 5, 690]) {
      const watching = watch(events, run, from, context.signal)
      const head = await events.headSeq(run)
      const first = Math.max(from ?? 1, 1)
      const due = take(watching, Math.max(head + 3 - first, 0) + 1)
      await events.append(run, head, all.slice(head, head + 1))
      await events.append(run, head + 1, all.slice(head + 1, 698))
      const seen = await due
      assert.deepEqual(seen, all.slice(first - 1, first - 1 + seen.length))
      await watching.return?.()
      if ((await events.headSeq(run)) >= 697) break
    }
    const unknown = newRun(context)
    const waiting = take(watch(events, unknown, 2, context.signal), 2)
    await events.append(unknown, 0, counted({ run: unknown }, 3))
    assert.deepEqual(await waiting, counted({ run: unknown }, 3).slice(1))
  },
}

const ENDING: ConformanceCase<'events'> = {
  id: 'ES-38b',
  subject: 'events',
  level: 0,
  needs: ['watch'],
  title: 'a watch ends by its signal, by leaving it and by closing, and by nothing else',
  why: 'A watch that cannot be stopped keeps its process, and one that stops by itself is missed by nobody.',
  run: async (context) => {
    const stores = await context.open()
    const { events } = stores
    const run = newRun(context)
    await events.append(run, 0, counted({ run }, 2))
    const reason = new Error('not any more')
    for (const isEarly of [true, false]) {
      const stop = new AbortController()
      if (isEarly) stop.abort(reason)
      const watching = watch(events, run, isEarly ? 1 : 3, stop.signal)
      const next = settle(watching.next())
      // After a call that the watch must have overtaken: it waits by now.
      await events.headSeq(run)
      stop.abort(reason)
      const ended = await within(5000, next)
      assert.ok(ended !== 'late', 'the abort was not heard')
      assert.ok(ended.status === 'rejected' && ended.reason === reason)
      assert.equal(getEventListeners(stop.signal, 'abort').length, 0, 'it still listens')
    }
    for await (const { seq } of watcherOf(events).watch(run)) if (seq === 2) break
    assert.equal(await events.append(run, 2, counted({ run, after: 2 }, 1)), 3)
    const last = watch(events, run, 4, context.signal).next()
    await events.headSeq(run)
    const [code] = await outcomes([last, stores.close()])
    assert.equal(code, 'store_closed')
  },
}

const WRITERS: ConformanceCase<'events'> = {
  id: 'ES-38c',
  subject: 'events',
  level: 2,
  needs: ['watch'],
  title:
    'watchers that begin at any time see what writers of other handles append, each event once',
  why: 'Between reading what is there and hearing of what comes is a gap where events are lost.',
  run: async (context) => {
    const handles = await openHandles(context, 3)
    const { signal } = context
    for (let round = 0; round < context.rounds(5); round++) {
      const run = newRun(context)
      const last = 120
      const writing = upTo(3).map((index) =>
        appendOneByOne(at(handles, index - 1).events, run, { from: 1, to: last, signal }),
      )
      const starts = upTo(9).map(() => someInteger(context, 0, last - 1))
      const watchers = starts.map(async (start, index) => {
        while ((await at(handles, 0).events.headSeq(run)) < start) await delay(1)
        const from = someInteger(context, 1, last)
        const watching = watch(at(handles, index % 3).events, run, from, signal)
        const seen = await take(watching, last + 1 - from)
        await watching.return?.()
        assert.deepEqual(
          seen.map(({ seq }) => seq),
          upTo(last, from),
        )
      })
      await Promise.all([...writing, ...watchers])
    }
  },
}

async function watchThroughDrops(
  context: CaseContext<'events'>,
  {
    drop,
    via,
  }: { readonly drop: (append: () => Promise<void>) => Promise<void>; readonly via: EventStore },
): Promise<void> {
  const { events } = await context.open()
  const run = newRun(context)
  const { signal } = context
  const watching = watch(via, run, 1, signal)
  let last = 0
  for (const _ of upTo(context.rounds(6))) {
    const due = take(watching, 10)
    await appendOneByOne(events, run, { from: last + 1, to: last + 5, signal })
    await drop(() => appendOneByOne(events, run, { from: last + 6, to: last + 10, signal }))
    const seen = (await due).map(({ seq }) => seq)
    assert.deepEqual(seen, upTo(last + 10, last + 1))
    last += 10
  }
  await watching.return?.()
}

const LOST_CONNECTION: ConformanceCase<'events'> = {
  id: 'ES-38d',
  subject: 'events',
  level: 3,
  needs: ['watch', 'shared', 'proxy'],
  title: 'a watch that loses its connection goes on where it was',
  why: 'Notifications that were sent meanwhile are gone, and nobody sends them again.',
  run: (context) =>
    throughProxy(context, async ({ proxy, open }) => {
      const { events } = await open()
      let isDown = false
      await watchThroughDrops(context, {
        via: events,
        drop: async (append) => {
          isDown = !isDown
          if (isDown) await proxy.goDown()
          else proxy.dropConnections()
          await append()
          await proxy.comeUp()
        },
      })
      assert.ok(proxy.traffic.connections > 1, 'the watch never lost its connection')
    }),
}

const RESTART: ConformanceCase<'events'> = {
  id: 'ES-38e',
  subject: 'events',
  level: 3,
  needs: ['watch', 'shared', 'restart'],
  title: 'a watch outlives a restart of the server',
  why: 'Servers are restarted for every update, and followers run for weeks.',
  run: async (context) => {
    const { events } = await context.open()
    let isRestarted = false
    await watchThroughDrops(context, {
      via: events,
      drop: async (append) => {
        if (!isRestarted) await context.harness.restartServer?.()
        isRestarted = true
        await append()
      },
    })
  },
}

export const WATCHING: readonly ConformanceCase<'events'>[] = [
  SEQUENCE,
  ENDING,
  WRITERS,
  LOST_CONNECTION,
  RESTART,
]
