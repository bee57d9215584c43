import { exportBundle, importBundle } from '@mfm/bundle'
import { openRecording } from '@mfm/io-live'
import { openMemoryStores } from '@mfm/store-memory'

const here = openMemoryStores()
const recording = await openRecording({ stores: here })
await recording.recordValue('answer', 42)
await recording.close()

const { manifest, bytes } = await exportBundle({ stores: here, runIds: [recording.runId] })
const there = openMemoryStores()
const { runs } = await importBundle({ stores: there, source: bytes }) // or a file, or a socket
console.log(manifest.documents.count, runs[0]?.status) // 1 imported
