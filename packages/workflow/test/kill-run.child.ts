/**
 * Runs or resumes `fifty_calls` on a SQLite file, and prints each event once it is durable, facts by their keys.
 *
 * Arguments: database path, run id, base URL of the counting server.
 */
import { writeSync } from 'node:fs'
import type { RunId } from '@mfm/core-types'
import { isMfmError } from '@mfm/errors'
import { TransportRouter } from '@mfm/io-live'
import { openSqliteStores } from '@mfm/store-sqlite'
import { httpTransport } from '@mfm/transport-http'
import { resumeWorkflow, runWorkflow } from '../src/index.ts'
import fiftyCalls from './fifty-calls.workflow.ts'

const [path = '', runId = '', counter = ''] = process.argv.slice(2)

/** Synchronous, so that what was acknowledged is told before anything else can happen. */
function tell(line: string): void {
  writeSync(1, `${line}\n`)
}

try {
  const stores = await openSqliteStores({ path })
  const options = {
    stores,
    runId: runId as RunId,
    transport: new TransportRouter({ http: httpTransport({ endpoints: { counter } }) }),
    onEvent: ({ event }: { readonly event: { readonly type: string; readonly key?: string } }) =>
      tell(event.key ?? event.type),
  }
  tell('open')
  const known = (await stores.events.headSeq(options.runId)) > 0
  const result = known
    ? await resumeWorkflow(fiftyCalls, options)
    : await runWorkflow(fiftyCalls, options)
  await stores.close()
  tell(`result ${result.phase} ${result.finalSnapshotId}`)
} catch (error) {
  if (!isMfmError(error)) throw error
  tell(`result error ${error.code}`)
  process.exitCode = 1
}
