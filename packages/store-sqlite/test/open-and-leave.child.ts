// Uses a store, closes it, and must then end by itself.
import { openSqliteStores } from '../src/index.ts'
import { newRun, noted } from './temp-store.ts'

const stores = await openSqliteStores({ path: process.argv[2] ?? '' })
const run = newRun()
await stores.events.append(run, 0, [noted(run, 1, null)])
await stores.close()
process.stdout.write('"closed"\n')
