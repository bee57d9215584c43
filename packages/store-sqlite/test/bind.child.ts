// Races for every key of one run; says how often it won, and what each key is bound to.
import type { RunId } from '@mfm/core-types'
import { openSqliteStores } from '../src/index.ts'
import { idOf, upTo } from './temp-store.ts'

const [path = '', run = '', name = '', count = '0'] = process.argv.slice(2)
const stores = await openSqliteStores({ path, indexBatchRows: 64, busyTimeoutMillis: 30_000 })
const results = await Promise.all(
  upTo(Number(count)).map(async (index) => {
    if (index % 50 === 0) await new Promise(setImmediate)
    return await stores.facts.bindIfUnset(run as RunId, `key ${index}`, idOf(`${name} ${index}`))
  }),
)
await stores.close()
const won = results.filter(({ inserted }) => inserted).length
process.stdout.write(
  `${JSON.stringify({ won, ids: results.map(({ artifactId }) => artifactId) })}\n`,
)
