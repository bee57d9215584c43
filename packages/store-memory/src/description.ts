import type { Capability, StoreDescription } from '@mfm/core-types'

export function describeStore(...capabilities: readonly Capability[]): StoreDescription {
  return Object.freeze({
    name: 'store-memory',
    durability: 'none',
    capabilities: Object.freeze(capabilities),
  })
}
