import type { IoProvider } from '@mfm/core-types'
import { openRecording } from '@mfm/io-live'
import { openReplay } from '@mfm/io-replay'
import { openSqliteStores } from '@mfm/store-sqlite'

const program = async (io: IoProvider) => {
  const perform = async () => ({ response: Math.random() }) // any outside input
  const { response } = await io.call({ namespace: 'dice', request: { sides: 6 }, perform })
  return [response, await io.nowMillis()]
}

const stores = await openSqliteStores({ path: 'runs.db' })
const live = await openRecording({ stores })
console.log(await program(live))
const replay = await openReplay({ stores, runId: live.runId })
console.log(await program(replay)) // the same, and nothing was performed
await stores.close()
