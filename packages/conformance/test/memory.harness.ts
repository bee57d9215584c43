import { openMemoryStores } from '@mfm/store-memory'
import type { Harness } from '../src/index.ts'

/** The reference stores. They live inside one opening, so nothing of them is durable or shared. */
const memoryHarness: Harness = {
  name: 'store-memory',
  version: '0.0.0',
  contract: '1.x',
  ports: ['events', 'artifacts', 'facts'],
  isShared: false,
  isEmbedded: true,
  open: async (_scope, { payloadBytes } = {}) => openMemoryStores({ limits: { payloadBytes } }),
  destroy: async () => undefined,
  wrongOptions: [
    () => openMemoryStores({ limits: { payloadBytes: 0 } }),
    () => openMemoryStores({ size: 1 } as never), // no such option
  ],
}

export default memoryHarness
