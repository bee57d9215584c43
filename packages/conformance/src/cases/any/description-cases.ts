import assert from 'node:assert/strict'
import type { Capability, StoreDescription } from '@mfm/core-types'
import { hasCode } from '@mfm/errors'
import type { ConformanceCase } from '../../case.ts'
import type { Port } from '../../harness.ts'

/** The one port that may have each capability; the capability is the name of its method. */
const OWNERS: Readonly<Record<Capability, Port>> = {
  getMany: 'artifacts',
  putMany: 'artifacts',
  list: 'artifacts',
  erase: 'artifacts',
  watch: 'events',
}

const DURABILITIES: readonly string[] = ['none', 'process', 'disk', 'replicated']

function requireHonest(port: Port, store: { readonly description: StoreDescription }): void {
  const { description } = store
  const { capabilities } = description
  assert.match(description.name, /^[a-z][a-z0-9-]*$/)
  assert.ok(DURABILITIES.includes(description.durability), description.durability)
  assert.equal(new Set(capabilities).size, capabilities.length, 'a capability is declared twice')
  for (const capability of capabilities) {
    assert.equal(OWNERS[capability], port, `${port} declare ${capability}`)
  }
  for (const [capability, owner] of Object.entries(OWNERS)) {
    if (owner !== port) continue
    const isThere = typeof Reflect.get(store, capability) === 'function'
    const isDeclared = (capabilities as readonly string[]).includes(capability)
    assert.equal(isThere, isDeclared, `${capability}: declared ${isDeclared}, there ${isThere}`)
  }
  assert.ok(Object.isFrozen(description) && Object.isFrozen(capabilities), 'not frozen')
  assert.equal(store.description, description, 'another description every time')
}

export const DESCRIPTION_CASES: readonly ConformanceCase<'any'>[] = [
  {
    id: 'XX-17',
    subject: 'any',
    level: 0,
    title: 'a port declares exactly the capabilities that it has, and the declaration is frozen',
    why: 'The engine chooses its way by what is declared, once, at the start.',
    run: async ({ harness, open }) => {
      const stores = await open()
      for (const port of harness.ports) {
        const store = stores[port]
        assert.ok(store !== undefined)
        requireHonest(port, store)
      }
    },
  },
  {
    id: 'XX-18',
    subject: 'any',
    level: 0,
    needs: ['wrongOptions'],
    title: 'wrong and unknown options are refused, with a path for each problem',
    why: 'An option that is ignored in silence is found in production, by its effect.',
    run: async ({ harness }) => {
      for (const [index, open] of (harness.wrongOptions ?? []).entries()) {
        const error: unknown = await (async () => await open())().catch((reason: unknown) => reason)
        assert.ok(hasCode(error, 'invalid_option'), `wrong options ${index} gave ${String(error)}`)
        const { problems } = Object(error.details)
        assert.ok(
          Array.isArray(problems) && problems.length > 0,
          `wrong options ${index}: no problems`,
        )
        for (const { pointer, problem } of problems) {
          assert.match(pointer, /^(\/|$)/)
          assert.ok(typeof problem === 'string' && problem !== '')
        }
      }
    },
  },
]
