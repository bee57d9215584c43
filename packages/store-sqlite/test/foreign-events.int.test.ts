import type { EventEnvelope, RunId } from '@mfm/core-types'
import { expect, it } from 'vitest'
import { Backend } from '../src/backend.ts'
import { openSqliteStores } from '../src/index.ts'
import { codeOf, collect, newRun, noted, temporaryFile } from './temp-store.ts'

/** Puts events into the stream as another release would: without a look at their schema. */
async function write(path: string, run: RunId, events: readonly unknown[]): Promise<void> {
  const options = { path, readOnly: false, busyTimeoutMillis: 1000, indexBatchRows: 100 }
  const backend = await Backend.open(options)
  await backend.write(undefined, (_, recorder) => {
    const encoded = (events as EventEnvelope[]).map((envelope) => ({
      envelope,
      text: JSON.stringify(envelope),
    }))
    recorder.record({ run, artifacts: [], bindings: new Map(), events: encoded })
  })
  backend.close()
}

it.each([
  [{ type: 'invented_later', v: 1 }],
  [{ type: 'domain', v: 2, name: 'noted', payload: 1 }],
  [{ type: 'constructor', v: 1 }],
])('%j is refused by name, and what stands before it is read', async (event) => {
  await using file = await temporaryFile()
  const run = newRun()
  await write(file.path, run, [noted(run, 1, 'before'), { ...noted(run, 2, null), event }])
  await using stores = await openSqliteStores(file)
  expect(await stores.events.headSeq(run)).toBe(2)
  const reading = collect(stores.events.read(run))
  await expect(reading).rejects.toMatchObject({
    code: 'event_unknown',
    details: { runId: run, seq: 2, type: event.type, v: event.v },
  })
  expect(await collect(stores.events.read(run, { to: 1 }))).toEqual([noted(run, 1, 'before')])
  const other = newRun()
  expect(await stores.events.append(other, 0, [noted(other, 1, 'fine')])).toBe(1)
})

it('ES-36 sequences beyond 2^31 behave', async () => {
  await using file = await temporaryFile()
  const run = newRun()
  const head = 2 ** 33
  await write(file.path, run, [noted(run, head, 'far')])
  await using stores = await openSqliteStores(file)
  expect(await stores.events.headSeq(run)).toBe(head)
  const next = [noted(run, head + 1, 1), noted(run, head + 2, 2)]
  expect(await codeOf(stores.events.append(run, head - 1, [noted(run, head, 0)]))).toBe(
    'event_store_concurrency',
  )
  expect(await stores.events.append(run, head, next)).toBe(head + 2)
  expect(await collect(stores.events.read(run, { from: head + 1 }))).toEqual(next)
  expect((await stores.events.listRuns()).items).toMatchObject([{ runId: run, headSeq: head + 2 }])
})
