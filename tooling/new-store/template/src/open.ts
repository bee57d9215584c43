import type { Capability, StoreDescription, Stores } from '@mfm/core-types'
import { TemplateArtifactStore } from './artifact-store.ts'
import { ArtifactDriver, EventDriver, FactDriver } from './driver.ts'
import { TemplateEventStore } from './event-store.ts'
import { TemplateFactIndex } from './fact-index.ts'
import { Lifetime } from './lifetime.ts'
import type { TemplateStoreOptions } from './options.ts'
import { checkOptions } from './options.ts'

/** The three ports on one backend. */
export interface TemplateStores extends Stores, AsyncDisposable {
  readonly events: TemplateEventStore
  readonly artifacts: TemplateArtifactStore
  readonly facts: TemplateFactIndex
}

/** @throws MfmError `invalid_option` */
export async function openTemplateStores(
  options: TemplateStoreOptions = {},
): Promise<TemplateStores> {
  const { payloadBytes } = checkOptions(options).limits
  // Every port may be closed alone; what they share ends with the last of them.
  let open = 3
  const release = async (): Promise<void> => {
    open--
    if (open > 0) return
    // Close here what was opened here, and nothing that was given.
  }
  const events = new TemplateEventStore({
    description: describe(),
    driver: new EventDriver(),
    lifetime: new Lifetime(release),
    payloadBytes,
  })
  const artifacts = new TemplateArtifactStore({
    description: describe(),
    driver: new ArtifactDriver(),
    lifetime: new Lifetime(release),
    payloadBytes,
  })
  const facts = new TemplateFactIndex({
    description: describe(),
    driver: new FactDriver(),
    lifetime: new Lifetime(release),
  })
  const close = async (): Promise<void> => {
    await Promise.all([events.close(), artifacts.close(), facts.close()])
  }
  return { events, artifacts, facts, close, [Symbol.asyncDispose]: close }
}

/** Say no more than what holds: XX-16 and XX-17 of the contract. */
function describe(...capabilities: readonly Capability[]): StoreDescription {
  return Object.freeze({
    name: 'store-template',
    durability: 'none',
    capabilities: Object.freeze(capabilities),
  })
}
