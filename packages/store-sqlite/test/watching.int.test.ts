import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { openSqliteStores } from '../src/index.ts'
import { Child } from './child.ts'
import { bytesOf, collect, idOf, newRun, noted, temporaryFile, upTo } from './temp-store.ts'

it('ES-38 a watcher sees what two other processes and its own append, each once and in order', async () => {
  await using file = await temporaryFile()
  await using stores = await openSqliteStores(file)
  const run = newRun()
  await stores.events.append(run, 0, [noted(run, 1, 'here')])
  const watch = stores.events.watch(run, 1)
  expect((await watch.next()).value).toMatchObject({ seq: 1 })
  const seen: number[] = []
  const watching = (async () => {
    for await (const { seq } of watch) {
      seen.push(seq)
      if (seq === 51) break
    }
  })()
  const children = ['one', 'two'].map(
    (name) => new Child('append.child.ts', [file.path, run, name, '25']),
  )
  for (const child of children) expect(await child.ended()).toEqual([0, null])
  await watching
  expect(seen).toEqual(upTo(51).slice(1))
})

it('AS-24 an artifact that stands in several rows is listed once', async () => {
  await using file = await temporaryFile()
  await using stores = await openSqliteStores({ ...file, indexBatchRows: 1 })
  const id = idOf('small')
  for (const _ of upTo(3)) {
    await stores.atomic.recordAtomically(newRun(), 0, {
      artifacts: [{ kind: 'output', id, bytes: bytesOf('small') }],
      bindings: [],
      events: [],
    })
  }
  const ids = await stores.artifacts.putMany(
    upTo(600).map((number) => ({ kind: 'output', bytes: bytesOf(`${number}`.repeat(20)) })),
  )
  const large = await stores.artifacts.put('output', bytesOf('large '.repeat(2000)))
  const db = new DatabaseSync(file.path, { readOnly: true })
  expect(Number(db.prepare('SELECT count(*) AS rows FROM log').get()?.['rows'])).toBeGreaterThan(4)
  db.close()
  const listed = await collect(stores.artifacts.list())
  expect(listed.sort()).toEqual([id, ...ids, large].sort())
})
