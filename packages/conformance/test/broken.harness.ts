import type { FactIndex } from '@mfm/core-types'
import { openMemoryStores } from '@mfm/store-memory'
import type { Harness } from '../src/index.ts'
import memoryHarness from './memory.harness.ts'

/** A fact index that says of every binding that it is new. */
const brokenHarness: Harness = {
  ...memoryHarness,
  name: 'store-broken',
  open: async () => {
    const stores = openMemoryStores()
    const facts: FactIndex = Object.create(stores.facts, {
      bindIfUnset: {
        value: async (...given: Parameters<FactIndex['bindIfUnset']>) => ({
          ...(await stores.facts.bindIfUnset(...given)),
          inserted: true,
        }),
      },
    })
    return { ...stores, facts }
  },
}

export default brokenHarness
