import assert from 'node:assert/strict'
import type { EventStore, OpId, RunEvent, RunId, RunQuery, RunSummary } from '@mfm/core-types'
import { foldRunSummary } from '@mfm/core-types'
import { rejection } from './expecting.ts'
import { counted, domainEvent, envelopes, idOf, newRun, upTo } from './samples.ts'
import type { StoreCase } from './store-case.ts'

function started(opId: string): RunEvent {
  return {
    type: 'run_started',
    v: 1,
    opId: opId as OpId,
    opVersion: '1',
    manifestId: idOf('m'),
    initialSnapshotId: idOf('s'),
    planDigest: idOf('p') as never,
    parent: null,
  }
}

/** The members of the newest schema: a run ends with an error or without one. */
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
async function write(events: EventStore, index: number): Promise<RunSummary> {
  const run = newRun()
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

export const LISTING_CASES: readonly StoreCase[] = [
  {
    id: 'ES-37',
    title: 'every filter with every page size gives what the model gives, the newest first',
    run: async ({ open }) => {
      const { events } = await open()
      const newestFirst: RunSummary[] = []
      for (const index of upTo(37)) newestFirst.unshift(await write(events, index))
      const first = newestFirst[0]?.runId ?? ''
      const filters: RunQuery[] = [
        {},
        ...(['recording', 'running', 'completed', 'failed', 'cancelled'] as const).map((phase) => ({
          phase,
        })),
        { opId: 'alpha' as OpId },
        { opId: 'gamma' as OpId },
        { opId: 'beta' as OpId, phase: 'running' },
        { idPrefix: first.slice(0, 1) },
        { idPrefix: first },
        { idPrefix: '' },
        { idPrefix: '%' },
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
    id: 'ES-37',
    title: 'a run is listed once while others are created, and counts from its first event',
    run: async ({ open }) => {
      const { events, facts } = await open()
      const early = newRun()
      await facts.bindIfUnset(early, 'bound before the first event', idOf('x'))
      const runs: RunId[] = []
      for (const index of upTo(20)) runs.unshift((await write(events, index)).runId)
      await events.append(early, 0, counted({ run: early }, 1))
      runs.unshift(early)
      const seen: RunId[] = []
      let cursor: string | undefined
      do {
        const page = await events.listRuns({ limit: 3, cursor })
        seen.push(...page.items.map(({ runId }) => runId))
        cursor = page.next
        const created = newRun()
        await events.append(created, 0, counted({ run: created }, 1))
        const [last] = runs.slice(-1)
        assert.ok(last)
        const head = await events.headSeq(last)
        await events.append(last, head, counted({ run: last, after: head }, 1))
      } while (cursor !== undefined)
      assert.deepEqual(seen, runs)
    },
  },
  {
    id: 'ES-37',
    title: 'a run that has only bindings is not listed',
    run: async ({ open }) => {
      const { events, facts } = await open()
      await facts.bindIfUnset(newRun(), 'k', idOf('x'))
      assert.deepEqual(await events.listRuns(), { items: [], next: undefined })
    },
  },
  {
    id: 'ES-37',
    title: 'forged and foreign cursors and wrong queries are typed errors',
    run: async ({ open, openOther }) => {
      const [{ events }, other] = [await open(), await openOther()]
      for (const index of upTo(3)) await write(events, index)
      for (const index of upTo(3)) await write(other.events, index)
      const { next } = await events.listRuns({ limit: 1 })
      const foreign = (await other.events.listRuns({ limit: 1 })).next
      assert.ok(next !== undefined && foreign !== undefined)
      assert.equal((await events.listRuns({ cursor: next })).items.length, 2)
      const forged = ['', '1', 'x', `${next}A`, next.slice(1), next.toUpperCase(), foreign]
      for (const cursor of forged) await rejection(events.listRuns({ cursor }), 'cursor_invalid')
      const wrong = [{ limit: 0 }, { limit: 1001 }, { limit: 1.5 }, { phase: 'gone' }, { what: 1 }]
      for (const query of wrong)
        await rejection(events.listRuns(query as RunQuery), 'invalid_option')
    },
  },
]
