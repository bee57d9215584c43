import { afterAll, describe, expect, it } from 'vitest'
import type { Harness } from '../harness.ts'
import { timeoutOf } from '../run/run-case.ts'
import type { BindingOptions } from './plan.ts'
import { planOf } from './plan.ts'

export type { BindingOptions } from './plan.ts'

/** What closing and destroying may take after a case has run out of its own time. */
const GRACE_MILLIS = 120_000

/**
 * Registers a test for every case that this harness can exercise, and one for the verdict.
 *
 * A case that it cannot exercise is no test at all: it would look passed, or skipped. The verdict names what such
 * cases wait for, and with `claims` it fails where an adapter reaches another level than it claims.
 *
 * @example
 * defineConformance(acmeHarness, { claims: { artifacts: 3 } })
 */
export function defineConformance(harness: Harness, options: BindingOptions = {}): void {
  describe(`${harness.name} ${harness.version}`, async () => {
    const plan = await planOf(harness, options)
    afterAll(() => harness.close?.(), GRACE_MILLIS)
    for (const one of plan.cases) {
      const timeout = timeoutOf(one, options) + GRACE_MILLIS
      it(`${one.id} ${one.title}`, { timeout }, async () => {
        await expect(plan.run(one)).resolves.toBeUndefined()
      })
    }
    it(plan.title, () => {
      expect(plan.unmetClaims()).toEqual([])
    })
  })
}
