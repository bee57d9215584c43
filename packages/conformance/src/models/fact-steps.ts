import assert from 'node:assert/strict'
import type { ArtifactId, FactIndex, FactKey } from '@mfm/core-types'
import fc from 'fast-check'
import { collect, idOf } from '../cases/support/samples.ts'
import { askBinding } from './ask-binding.ts'
import type { BindingCall } from './binding-model.ts'
import { bindingModel } from './binding-model.ts'
import type { Step, World } from './world.ts'
import { runOf, WORLD_RUNS } from './world.ts'

interface HasFacts {
  readonly facts: FactIndex
}
type FactStep = Step<HasFacts>

/** Keys that an encoding of run and key might mix up. */
export const someKey: fc.Arbitrary<FactKey> = fc.constantFrom('', 'a', 'b', 'a:b', '{a}', 'A')
const someId: fc.Arbitrary<ArtifactId> = fc.constantFrom('a', 'b', 'c').map((text) => idOf(text))
const someCall: fc.Arbitrary<BindingCall> = fc.oneof(
  fc.constant({ name: 'get' } as const),
  fc.record({ name: fc.constantFrom('bind' as const, 'unbind' as const), id: someId }),
)

export function bindingsOf(world: World, index: number): Map<FactKey, ArtifactId> {
  const run = runOf(world, index)
  const bindings = world.bindings.get(run) ?? new Map()
  world.bindings.set(run, bindings)
  return bindings
}

/** Mostly one run, so that calls meet on a key. */
const someRun = fc.constantFrom(0, 0, 0, ...Array.from({ length: WORLD_RUNS }, (_, run) => run))
const calls: fc.Arbitrary<FactStep> = fc
  .record({ run: someRun, key: someKey, call: someCall })
  .map(({ run, key, call }) => ({
    text: `${call.name} ${JSON.stringify(key)} of run ${run}${'id' in call ? ` ${call.id.slice(0, 4)}` : ''}`,
    take: async (world, { facts }) => {
      const bindings = bindingsOf(world, run)
      const { state, answer } = bindingModel.answer(bindings.get(key), call)
      assert.deepEqual(await askBinding(facts, { run: runOf(world, run), key }, call), answer)
      if (state === undefined) bindings.delete(key)
      else bindings.set(key, state)
    },
  }))

async function list(world: World, { facts }: HasFacts, run: number): Promise<void> {
  const entries = await collect(facts.entries(runOf(world, run)))
  assert.deepEqual(new Map(entries), bindingsOf(world, run))
  assert.equal(entries.length, bindingsOf(world, run).size)
}

const listings: fc.Arbitrary<FactStep> = fc.nat({ max: WORLD_RUNS - 1 }).map((run) => ({
  text: `entries of run ${run}`,
  take: (world, stores) => list(world, stores, run),
}))

export const FACT_STEPS: readonly fc.Arbitrary<FactStep>[] = [calls, calls, calls, listings]

/** Everything that a reader can see of the bindings. */
export async function lookAtFacts(world: World, stores: HasFacts): Promise<void> {
  for (const index of world.runs.keys()) await list(world, stores, index)
}
