// Appends until the file may not grow any more; says what was acknowledged and how the end was called.
import type { RunId } from '@mfm/core-types'
import { openSqliteStores } from '../src/index.ts'
import { codeOf, noted, upTo } from './temp-store.ts'

const [path = '', run = ''] = process.argv.slice(2)
const runId = run as RunId
const stores = await openSqliteStores({ path, indexBatchRows: 50 })
const codes = new Map<string, number>()
let head = 0
for (const _ of upTo(3000)) {
  const next = [noted(runId, head + 1, 'x'.repeat(1000)), noted(runId, head + 2, 'y')]
  const code = await codeOf(stores.events.append(runId, head, next))
  codes.set(code, (codes.get(code) ?? 0) + 1)
  if (code === 'ok') head += 2
  else if (await stores.events.headSeq(runId).then((found) => found !== head)) break
  if ((codes.get('store_unavailable') ?? 0) > 20) break
}
process.stdout.write(`${JSON.stringify({ head, codes: Array.from(codes) })}\n`)
await stores.close()
