/**
 * Runs or resumes `fifty_calls` on a SQLite file, and prints each event once it is durable, facts by their keys.
 *
 * Arguments: database path, run id, base URL of the counting server.
 */
import { writeSync } from 'node:fs'
import type { RunId } from '@mfm/core-types'
import { TransportRouter } from '@mfm/io-live'
import { openSqliteStores } from '@mfm/store-sqlite'
import { httpTransport } from '@mfm/transport-http'
import { resumeWorkflow, runWorkflow } from '../src/index.ts'
import fiftyCalls from './fifty-calls.workflow.ts'

const [path = '', runId = '', counter = ''] = process.argv.slice(2)
const stores = await openSqliteStores({ path })
const options = {
  stores,
  runId: runId as RunId,
  transport: new TransportRouter({ http: httpTransport({ endpoints: { counter } }) }),
  onEvent: ({ event }: { readonly event: { readonly type: string; readonly key?: string } }) => {
    // Synchronous, so that what was acknowledged is told before anything else can happen.
    writeSync(1, `${event.key ?? event.type}\n`)
  },
}
writeSync(1, 'open\n')
const known = (await stores.events.headSeq(options.runId)) > 0
const result = known
  ? await resumeWorkflow(fiftyCalls, options)
  : await runWorkflow(fiftyCalls, options)
await stores.close()
writeSync(1, `result ${result.phase} ${result.finalSnapshotId}\n`)
