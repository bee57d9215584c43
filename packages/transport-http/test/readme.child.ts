import type { IoProvider } from '@mfm/core-types'
import { openRecording } from '@mfm/io-live'
import { openReplay } from '@mfm/io-replay'
import { openMemoryStores } from '@mfm/store-memory'
import { fetchThrough, httpTransport } from '@mfm/transport-http'

const program = async (io: IoProvider) => {
  const input = { endpoint: 'registry', path: '/json' } // the host is MFM_ENDPOINT_REGISTRY
  const response = await fetchThrough(io, input, { select: ['/versions/*/deprecated'] })
  return await response.json()
}

const stores = openMemoryStores()
const live = await openRecording({ stores, transport: httpTransport({ env: process.env }) })
console.log(await program(live))
const replay = await openReplay({ stores, runId: live.runId })
console.log(await program(replay)) // the same, without network
