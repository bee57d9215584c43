import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { LookupKey } from './lookup-key.ts'
import { HIGH_MASK } from './lookup-key.ts'
import { LookupTable } from './lookup-table.ts'
import { openFile } from './store-file.ts'

/** Few keys, so that many entries share one. */
const someKey: fc.Arbitrary<LookupKey> = fc.record({
  low: fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: 2 ** 32 - 1 }), fc.constant(2 ** 32 - 1)),
  high: fc.nat({ max: 3 }).map((kind) => ((kind * 2 ** 29 + kind) & HIGH_MASK) >>> 0),
})
const someValue = fc.oneof(fc.nat({ max: 1000 }), fc.nat({ max: 2 ** 45 - 1 }))
const someBatches = fc.array(fc.array(fc.tuple(someKey, someValue), { maxLength: 40 }), {
  maxLength: 30,
})

it('finds what was added, the latest first, after any number of batches and merges', () => {
  fc.assert(
    fc.property(someBatches, fc.array(someKey), (batches, others) => {
      const { connection } = openFile(':memory:', false)
      const table = new LookupTable(connection)
      for (const batch of batches) {
        for (const [key, value] of batch) table.add(key, value)
        table.write()
      }
      const stored = new LookupTable(connection)
      stored.reset(table.segments)
      const all = batches.flat()
      for (const key of [...all.map(([added]) => added), ...others]) {
        const expected = all
          .filter(([{ low, high }]) => low === key.low && high === key.high)
          .map(([, value]) => value)
          .reverse()
        expect(table.find(key)).toEqual(expected)
        expect(stored.find(key)).toEqual(expected)
      }
      connection.close()
    }),
    { numRuns: 60 },
  )
})

it('merges segments, so that few have to be looked at', () => {
  const { connection } = openFile(':memory:', false)
  const table = new LookupTable(connection)
  const batches = 300
  const perBatch = 500
  for (let batch = 0; batch < batches; batch++) {
    for (let index = 0; index < perBatch; index++) {
      const number = batch * perBatch + index
      table.add({ low: Math.imul(number, 0x9e_37_79_b1) >>> 0, high: 0 }, number)
    }
    table.write()
  }
  expect(table.segments.length).toBeLessThan(16)
  expect(table.segments.reduce((sum, { entries }) => sum + entries, 0)).toBe(batches * perBatch)
  const chunks = table.segments.reduce((sum, segment) => sum + segment.chunks, 0)
  expect(connection.value('SELECT count(*) FROM chunk')).toBe(chunks)
  for (let number = 0; number < batches * perBatch; number += 997) {
    const found = table.find({ low: Math.imul(number, 0x9e_37_79_b1) >>> 0, high: 0 })
    expect(found).toEqual([number])
  }
  connection.close()
})
