import { expect, it } from 'vitest'
import { openSqliteStores } from '../src/index.ts'
import { Child } from './child.ts'
import { collect, newRun, temporaryFile, upTo } from './temp-store.ts'

it('a file that may not grow refuses with store_unavailable and loses nothing', async () => {
  await using file = await temporaryFile()
  const run = newRun()
  // The shell lets the limit be an error of the write instead of a signal.
  const child = new Child('fill-disk.child.ts', [file.path, run], "trap '' XFSZ; ulimit -f 1500")
  const { head, codes } = Object(await child.next())
  expect(new Map(codes).get('store_unavailable')).toBeGreaterThan(0)
  expect(Array.from(new Map(codes).keys()).sort()).toEqual(['ok', 'store_unavailable'])
  expect(await child.ended()).toEqual([0, null])
  await using stores = await openSqliteStores(file)
  const events = await collect(stores.events.read(run))
  expect(events.map(({ seq }) => seq)).toEqual(upTo(head))
  expect(head).toBeGreaterThan(100)
}, 60_000)
