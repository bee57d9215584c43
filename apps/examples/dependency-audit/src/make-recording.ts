// Writes the recording that is shipped with the example: an audit of ../example-project, asked of the registry that
// this machine is set up to use.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TransportRouter } from '@mfm/io-live'
import { openSqliteStores } from '@mfm/store-sqlite'
import { httpTransport } from '@mfm/transport-http'
import { endpoints } from './dependency-audit.workflow.ts'
import { recordRun } from './recording/record-run.ts'
import { formatRecording } from './recording/recording-file.ts'
import { shippedRecordingFile } from './recording/shipped-recording.ts'

const EXAMPLE_PROJECT = 'apps/examples/dependency-audit/example-project'

// The run's input names the folder relative to the root, so that `mfm resume` and its like find it from there.
process.chdir(join(import.meta.dirname, '..', '..', '..', '..'))

await using stores = await openSqliteStores({ path: ':memory:' })
const transport = new TransportRouter({ http: httpTransport({ endpoints }) })
const recording = await recordRun(EXAMPLE_PROJECT, { stores, transport })
const content = formatRecording(recording)
await writeFile(shippedRecordingFile, content)
console.log(
  `${recording.envelopes.length} events and ${recording.artifacts.length} documents in ${content.length} bytes`,
)
