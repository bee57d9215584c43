import assert from 'node:assert/strict'
import type { EventStore, OpId, RunEvent, RunId, RunQuery, RunSummary } from '@mfm/core-types'
import { foldRunSummary } from '@mfm/core-types'
import type { ConformanceCase } from '../../case.ts'
import { at, rejection } from '../support/expecting.ts'
import { openHandles } from '../support/handles.ts'
import type { Chance } from '../support/samples.ts'
import { counted, domainEvent, envelopes, idOf, newRun, upTo } from '../support/samples.ts'

function started(opId: string): RunEvent {
  return {
    type: 'run_started',
    v: 1,
    opId: opId as OpId, // fits the grammar
    opVersion: '1',
    manifestId: idOf('m'),
    initialSnapshotId: idOf('s'),
    planDigest: idOf('p') as never, // a digest in the spelling of an address
    parent: null,
  }
}

function ended(status: 'completed' | 'failed' | 'cancelled'): RunEvent {
  return { type: 'run_completed', v: 1, status, finalSnapshotId: idOf('f'), error: null }
}

const HISTORIES: readonly (readonly RunEvent[])[] = [
  [domainEvent(1)],
  [started('alpha'), domainEvent(1)],
  [started('beta')],
  [started('alpha'), ended('completed')],
  [started('beta'), ended('failed')],
  [started('alpha'), domainEvent(2), ended('cancelled')],
]

/** Appends a history in two parts where it is long enough; gives what the list must say. */
async function write(events: EventStore, index: number, chance: Chance): Promise<RunSummary> {
  const run = newRun(chance)
  const history = HISTORIES[index % HISTORIES.length] ?? []
  const all = envelopes({ run, tsMillis: index % 2 === 0 ? 1000 : null }, history)
  await events.append(run, 0, all.slice(0, 1))
  if (all.length > 1) await events.append(run, 1, all.slice(1))
  const summary = all.reduce<RunSummary | undefined>(foldRunSummary, undefined)
  assert.ok(summary !== undefined)
  return summary
}

async function allPages(events: EventStore, query: RunQuery): Promise<RunSummary[]> {
  const found: RunSummary[] = []
  let cursor: string | undefined
  do {
    const page = await events.listRuns({ ...query, cursor })
    assert.ok(page.items.length <= (query.limit ?? 100))
    found.push(...page.items)
    cursor = page.next
  } while (cursor !== undefined)
  return found
}

const PHASES = ['recording', 'running', 'completed', 'failed', 'cancelled'] as const

export const LISTING: readonly (ConformanceCase<'events'> | ConformanceCase<'all'>)[] = [
  {
    id: 'ES-37',
    subject: 'events',
    level: 0,
    title: 'every filter with every page size gives what the model gives, the newest first',
    why: 'People and programs find their runs by this list alone.',
    run: async (context) => {
      const { events } = await context.open()
      const newestFirst: RunSummary[] = []
      for (const index of upTo(37)) newestFirst.unshift(await write(events, index, context))
      const first = newestFirst[0]?.runId ?? ''
      const filters: RunQuery[] = [
        {},
        ...PHASES.map((phase) => ({ phase })),
        { opId: 'alpha' as OpId },
        { opId: 'gamma' as OpId },
        { opId: 'beta' as OpId, phase: 'running' },
        { idPrefix: first.slice(0, 1) },
        { idPrefix: first },
        { idPrefix: '' },
        { idPrefix: '%' },
        { idPrefix: '_' },
      ]
      for (const filter of filters) {
        const expected = newestFirst.filter(
          (run) =>
            (filter.phase ?? run.phase) === run.phase &&
            (filter.opId ?? run.opId) === run.opId &&
            run.runId.startsWith(filter.idPrefix ?? ''),
        )
        for (const limit of [1, 5, 36, 37, 38, 1000]) {
          assert.deepEqual(await allPages(events, { ...filter, limit }), expected)
        }
      }
    },
  },
  {
    id: 'ES-37b',
    subject: 'events',
    level: 0,
    title: 'a run is listed once while others are created, and pages do not shift',
    why: 'A list that is read page by page would show a run twice or not at all.',
    run: async (context) => {
      const { events } = await context.open()
      const runs: RunId[] = []
      for (const index of upTo(20)) runs.unshift((await write(events, index, context)).runId)
      const oldest = at(runs, runs.length - 1)
      const seen: RunId[] = []
      let cursor: string | undefined
      do {
        const page = await events.listRuns({ limit: 3, cursor })
        seen.push(...page.items.map(({ runId }) => runId))
        cursor = page.next
        const created = newRun(context)
        await events.append(created, 0, counted({ run: created }, 1))
        const head = await events.headSeq(oldest)
        await events.append(oldest, head, counted({ run: oldest, after: head }, 1))
      } while (cursor !== undefined)
      assert.deepEqual(seen, runs)
    },
  },
  {
    id: 'ES-37c',
    subject: 'all',
    level: 0,
    title: 'a run that has only bindings is not listed, and counts from its first event',
    why: 'One backend may keep a row for the run before it has an event.',
    run: async (context) => {
      const { events, facts } = await context.open()
      const early = newRun(context)
      await facts.bindIfUnset(early, 'bound before the first event', idOf('x'))
      assert.deepEqual(await events.listRuns(), { items: [], next: undefined })
      const runs: RunId[] = []
      for (const index of upTo(4)) runs.unshift((await write(events, index, context)).runId)
      await events.append(early, 0, counted({ run: early }, 1))
      const listed = (await events.listRuns()).items.map(({ runId }) => runId)
      assert.deepEqual(listed, [early, ...runs])
    },
  },
  {
    id: 'ES-37d',
    subject: 'events',
    level: 0,
    title: 'forged and foreign cursors and wrong queries are typed errors',
    why: 'A cursor comes back from outside, and a wrong one must not read anything.',
    run: async (context) => {
      const [{ events }, other] = [await context.open(), await context.openOther()]
      for (const index of upTo(3)) await write(events, index, context)
      for (const index of upTo(3)) await write(other.events, index, context)
      const { next } = await events.listRuns({ limit: 1 })
      const foreign = (await other.events.listRuns({ limit: 1 })).next
      assert.ok(next !== undefined && foreign !== undefined)
      assert.equal((await events.listRuns({ cursor: next })).items.length, 2)
      const forged = ['', '1', 'x', `${next}A`, next.slice(1), swapCase(next), foreign]
      for (const cursor of forged) await rejection(events.listRuns({ cursor }), 'cursor_invalid')
      const wrong = [{ limit: 0 }, { limit: 1001 }, { limit: 1.5 }, { phase: 'gone' }, { what: 1 }]
      for (const query of wrong) {
        await rejection(events.listRuns(query as RunQuery), 'invalid_option')
      }
    },
  },
  {
    id: 'ES-37e',
    subject: 'events',
    level: 2,
    title: 'runs that are created at once are each listed once, and every handle lists the same',
    why: 'Two runs that get one position in the list hide each other.',
    run: async (context) => {
      const handles = await openHandles(context, 3)
      const runs = upTo(60).map(() => newRun(context))
      await Promise.all(
        runs.map((run, index) =>
          at(handles, index % 3).events.append(run, 0, counted({ run, tsMillis: 1000 }, 1)),
        ),
      )
      const listed: RunId[][] = []
      for (const { events } of handles) {
        for (const limit of [7, 1000]) {
          listed.push((await allPages(events, { limit })).map(({ runId }) => runId))
        }
      }
      const first = at(listed, 0)
      assert.deepEqual(first.toSorted(), runs.toSorted())
      for (const list of listed) assert.deepEqual(list, first)
    },
  },
]

/** The same letters in the other case: another text wherever there is a letter. */
function swapCase(text: string): string {
  const swapped = text.replaceAll(/[a-z]/gi, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  )
  return swapped === text ? `${text}A` : swapped
}
