import { openReplay } from '@mfm/io-replay'
import { openSqliteStores } from '@mfm/store-sqlite'

await using stores = await openSqliteStores({ path: 'runs.db' })
await using replay = await openReplay({ stores, runId: process.argv[2] ?? '' })
const { response } = await replay.call({ namespace: 'dice', request: { sides: 6 } })
console.log(response, replay.counts)
const missing = replay.call({ namespace: 'dice', request: { sides: 8 } })
console.log(await missing.catch((error) => error.help))
