import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import type { Harness } from '../harness.ts'
import type { BindingOptions } from './plan.ts'
import { planOf } from './plan.ts'

export type { BindingOptions } from './plan.ts'

/**
 * Registers a test for every case that this harness can exercise, and one for the verdict, with the test runner of
 * Node: run the file with `node --test`. What is said at the binding for vitest holds here too.
 *
 * @example
 * await defineConformance(acmeHarness, { level: 2 })
 */
export async function defineConformance(
  harness: Harness,
  options: BindingOptions = {},
): Promise<void> {
  const plan = await planOf(harness, options)
  // The suite ends when its tests have; what the runner has to say, it says itself.
  void describe(`${harness.name} ${harness.version}`, () => {
    after(() => harness.close?.())
    for (const one of plan.cases) void it(`${one.id} ${one.title}`, () => plan.run(one))
    void it(plan.title, () => assert.deepEqual(plan.unmetClaims(), []))
  })
}
