import { openMemoryStores } from '@mfm/store-memory'
import { runCases } from './run-cases.ts'

runCases('store-memory', {
  isShared: false,
  scope: async () => ({
    open: async ({ payloadBytes } = {}) => openMemoryStores({ limits: { payloadBytes } }),
    remove: async () => undefined,
  }),
})
