/**
 * Verifies a run of `callsInOneState`, and prints the verdict and the most memory that it took (KiB).
 *
 * Arguments: database path, run id, series, number of calls.
 */
import type { RunId } from '@mfm/core-types'
import { openSqliteStores } from '@mfm/store-sqlite'
import { verifyWorkflow } from '@mfm/workflow'
import { callsInOneState } from './programs.ts'

const [path = '', runId = '', series = '', count = ''] = process.argv.slice(2)
await using stores = await openSqliteStores({ path })
const op = callsInOneState(series, Number(count))
const { verdict } = await verifyWorkflow(op, { stores, runId: runId as RunId })
console.log(verdict, process.resourceUsage().maxRSS)
