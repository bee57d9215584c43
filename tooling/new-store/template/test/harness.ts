import type { Harness } from '@mfm/conformance'
import { openTemplateStores } from '../src/index.ts'

const harness: Harness = {
  name: 'store-template',
  version: '0.0.0',
  contract: '1.x',
  ports: ['events', 'artifacts', 'facts'],
  // One scope is one state, for every opening and process of the suite: put its name into a path, a prefix, a database.
  open: async (_scope, { payloadBytes } = {}) => openTemplateStores({ limits: { payloadBytes } }),
  destroy: async (_scope) => undefined,
  // `true` once a second opening of a scope sees what the first wrote; then set `module: import.meta.filename` as well.
  isShared: false,
  // `isEmbedded: true` for a store without a server; `server`, `restartServer` and `openWithCredentials` for one with.
  wrongOptions: [
    () => openTemplateStores({ limits: { payloadBytes: 0 } }),
    () => openTemplateStores({ size: 1 } as never), // no such option
  ],
}

export default harness
