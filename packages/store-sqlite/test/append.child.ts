// Appends to one run until it has made its number of appends; says the sequence of each as soon as it is acknowledged.
import type { RunId } from '@mfm/core-types'
import { hasCode } from '@mfm/errors'
import { openSqliteStores } from '../src/index.ts'
import { noted } from './temp-store.ts'

const [path = '', run = '', name = '', count = '0'] = process.argv.slice(2)
const runId = run as RunId
const stores = await openSqliteStores({ path, indexBatchRows: 16 })

for (let done = 0; done < Number(count); ) {
  const head = await stores.events.headSeq(runId)
  try {
    await stores.events.append(runId, head, [noted(runId, head + 1, { name, index: done })])
    process.stdout.write(`${head + 1}\n`)
    done++
  } catch (error) {
    if (!hasCode(error, 'event_store_concurrency')) throw error
  }
}
await stores.close()
