// Records facts in several runs at once for ever; says each commit as soon as it is acknowledged.
import type { RunId } from '@mfm/core-types'
import { openSqliteStores } from '../src/index.ts'
import { bytesOf, idOf, noted } from './temp-store.ts'

const [path = '', ...runs] = process.argv.slice(2)
const stores = await openSqliteStores({ path, indexBatchRows: 20 })

async function recordForEver(runId: RunId): Promise<never> {
  for (;;) {
    const head = await stores.events.headSeq(runId)
    const text = `${runId} ${head}`
    const bytes = bytesOf(head % 5 === 0 ? text.repeat(200) : text)
    const id = idOf(Buffer.from(bytes).toString())
    await stores.atomic.recordAtomically(runId, head, {
      artifacts: [{ kind: 'fact_payload', id, bytes }],
      bindings: [{ key: `key ${head}`, artifactId: id }],
      events: [noted(runId, head + 1, { id }), noted(runId, head + 2, { id })],
    })
    process.stdout.write(`${JSON.stringify([runId, head + 2])}\n`)
  }
}

await Promise.all(runs.map((run) => recordForEver(run as RunId)))
