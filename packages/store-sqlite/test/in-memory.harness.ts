import type { Harness } from '@mfm/conformance'
import { openSqliteStores } from '../src/index.ts'
import { BASICS } from './sqlite-harness.ts'

/** Stores that live inside one opening. */
const harness: Harness = {
  ...BASICS,
  name: 'store-sqlite-in-memory',
  isShared: false,
  isEmbedded: true,
  open: (_, { payloadBytes } = {}) =>
    openSqliteStores({ path: ':memory:', limits: { payloadBytes } }),
  destroy: async () => undefined,
}

export default harness
