/**
 * Runs `told_answers` on a SQLite file, and prints the type of each event once it is durable.
 *
 * Arguments: database path, run id, base URL of the server.
 */
import { writeSync } from 'node:fs'
import type { RunId } from '@mfm/core-types'
import { TransportRouter } from '@mfm/io-live'
import { openSqliteStores } from '@mfm/store-sqlite'
import { httpTransport } from '@mfm/transport-http'
import { runWorkflow } from '../src/index.ts'
import toldAnswers from './told-answers.workflow.ts'

const [path = '', runId = '', llm = ''] = process.argv.slice(2)
const stores = await openSqliteStores({ path })
await runWorkflow(toldAnswers, {
  stores,
  runId: runId as RunId,
  transport: new TransportRouter({ http: httpTransport({ endpoints: { llm } }) }),
  onEvent: ({ event }) => void writeSync(1, `${event.type}\n`),
})
await stores.close()
