import type { EventEnvelope, Plan, RunId, StateNode, Stores } from '@mfm/core-types'
import type { ForkReport } from '../src/fork/fork-report.ts'
import type { ForkRequest } from '../src/fork/fork-request.ts'
import { planOf, stateOf } from './plan.fixture.ts'
import { Bench, config, RUN, retries } from './run.fixture.ts'

/** The run that a fork makes unless it is told otherwise. */
export const CHILD: RunId = '22222222-2222-4333-8444-555555555555' as RunId

/** Buys two things, which do not depend on one another, and adds up. */
export function shop(change: { readonly item?: string; readonly note?: string } = {}): Plan {
  const buy = (item: string, key: string): StateNode =>
    stateOf(`buy_${key}`, async ({ context, io }) => {
      const { response } = await io.call({ namespace: 'test', request: { item } })
      context.write(key, response)
      context.write(`${key}_at`, await io.nowMillis())
      context.write(`${key}_noise`, [...(await io.randomBytes(4))])
    })
  const add = stateOf('add', async ({ context, events }) => {
    const one = (await context.read('one')) as { n: number }
    const two = (await context.read('two')) as { n: number }
    const sum = one.n + two.n
    context.write('sum', sum)
    if (change.note !== undefined) context.write('note', change.note)
    await events.emit('added', { sum })
  })
  return planOf(
    [stateOf('open'), buy(change.item ?? 'tea', 'one'), buy('cake', 'two'), add],
    [
      ['open', 'buy_one'],
      ['buy_one', 'buy_two'],
      ['buy_two', 'add'],
    ],
  )
}

/** A bench with a finished run; its calls count from 0 again. */
export async function recorded(plan: Plan = shop(), stores?: Stores): Promise<Bench> {
  const bench = new Bench(stores)
  await bench.engine.start({
    plan,
    runConfig: config({ retry: retries(3, 50) }),
    runId: RUN,
    outputKey: 'sum',
    input: { who: 'Ada' },
  })
  bench.calls = 0
  return bench
}

export async function fork(bench: Bench, request: Partial<ForkRequest> = {}): Promise<ForkReport> {
  return await bench.engine.fork({
    parentId: RUN,
    at: 'buy_one',
    plan: shop(),
    runId: CHILD,
    ...request,
  })
}

/** Stands for what the stores hold of a run. */
export async function fingerprint(bench: Bench, runId: RunId = RUN): Promise<unknown> {
  const facts: unknown[] = []
  for await (const entry of bench.stores.facts.entries(runId)) facts.push(entry)
  return { events: await bench.envelopes(runId), facts: facts.sort() }
}

export function snapshots(envelopes: readonly EventEnvelope[]): Map<string, string> {
  return new Map(
    envelopes.flatMap(({ event }) =>
      event.type === 'state_completed' ? [[event.stateId, event.contextSnapshotId]] : [],
    ),
  )
}

/** What became of each state, by the last part of its id. */
export function changes({ states }: ForkReport): Record<string, string> {
  return Object.fromEntries(states.map(({ stateId, change }) => [stateId.split('.')[2], change]))
}
