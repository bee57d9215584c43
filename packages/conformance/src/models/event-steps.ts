import assert from 'node:assert/strict'
import type { EventEnvelope, EventStore, RunSummary } from '@mfm/core-types'
import { foldRunSummary } from '@mfm/core-types'
import fc from 'fast-check'
import { digestOf, domainEvent, envelopes } from '../cases/support/samples.ts'
import { askStream } from './ask-stream.ts'
import type { StreamCall } from './stream-model.ts'
import { streamModel } from './stream-model.ts'
import type { Step, World } from './world.ts'
import { runOf, WORLD_RUNS } from './world.ts'

interface HasEvents {
  readonly events: EventStore
}
type EventStep = Step<HasEvents>

const MODEL = streamModel(digestOf)
const someRun = fc.nat({ max: WORLD_RUNS - 1 })
const someText = fc.constantFrom('', 'small', 'middle '.repeat(100), 'large '.repeat(1000))
/** How far beside the head an append aims: mostly on it. */
export const someAim: fc.Arbitrary<number> = fc.constantFrom(0, 0, 0, 0, 0, 1, -1)

export function streamOf(world: World, index: number): readonly EventEnvelope[] {
  return world.streams.get(runOf(world, index)) ?? MODEL.initial
}

export function aimedAt(world: World, index: number, aim: number): number {
  return Math.max(streamOf(world, index).length + aim, 0)
}

async function ask(
  world: World,
  { events }: HasEvents,
  { run, call }: { readonly run: number; readonly call: StreamCall<EventEnvelope> },
): Promise<void> {
  const { state, answer } = MODEL.answer(streamOf(world, run), call)
  assert.deepEqual(await askStream(events, runOf(world, run), call), answer)
  if (state.length > 0) world.streams.set(runOf(world, run), state)
}

const appends: fc.Arbitrary<EventStep> = fc
  .record({ run: someRun, aim: someAim, count: fc.nat({ max: 5 }), text: someText })
  .map(({ run, aim, count, text }) => ({
    text: `append ${count} of ${text.length} characters to run ${run}, head ${aim}`,
    take: async (world, stores) => {
      const expected = aimedAt(world, run, aim)
      const start = { run: runOf(world, run), after: expected, tsMillis: 7 }
      const payloads = Array.from({ length: count }, (_, n) => domainEvent({ text, n }))
      const items = envelopes(start, payloads)
      await ask(world, stores, { run, call: { name: 'append', expected, items } })
    },
  }))

const heads: fc.Arbitrary<EventStep> = someRun.map((run) => ({
  text: `head of run ${run}`,
  take: (world, stores) => ask(world, stores, { run, call: { name: 'head' } }),
}))

const reads: fc.Arbitrary<EventStep> = fc
  .record({
    run: someRun,
    from: fc.option(fc.nat({ max: 9 }), { nil: undefined }),
    to: fc.option(fc.nat({ max: 9 }), { nil: undefined }),
  })
  .map(({ run, from, to }) => ({
    text: `read run ${run} from ${from} to ${to}`,
    take: (world, stores) => ask(world, stores, { run, call: { name: 'read', from, to } }),
  }))

/** The newest page: runs of earlier sequences come after those of this one. */
async function list(world: World, { events }: HasEvents): Promise<void> {
  const due = Array.from(world.streams.values(), (stream) =>
    stream.reduce<RunSummary | undefined>(foldRunSummary, undefined),
  ).reverse()
  const { items } = await events.listRuns({ limit: WORLD_RUNS })
  assert.deepEqual(items.slice(0, due.length), due)
}

const lists: fc.Arbitrary<EventStep> = fc.constant({ text: 'list', take: list })

export const EVENT_STEPS: readonly fc.Arbitrary<EventStep>[] = [
  appends,
  appends,
  heads,
  reads,
  lists,
]

/** Everything that a reader can see of the runs. */
export async function lookAtEvents(world: World, stores: HasEvents): Promise<void> {
  for (const run of world.runs.keys()) {
    await ask(world, stores, { run, call: { name: 'head' } })
    await ask(world, stores, { run, call: { name: 'read' } })
  }
  await list(world, stores)
}
