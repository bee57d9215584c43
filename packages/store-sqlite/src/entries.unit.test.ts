import { expect, it } from 'vitest'
import { EntryList, findValues, readChunk } from './entries.ts'

it('reads a chunk the same from an aligned buffer and from any other', () => {
  const list = new EntryList()
  for (let number = 0; number < 50; number++)
    list.add({ low: number * 7, high: 3 }, number * 2 ** 33)
  const [chunk = Buffer.of()] = list.chunks(1, 4)
  const shifted = Buffer.alloc(chunk.length + 1)
  chunk.copy(shifted, 1)
  for (const stored of [chunk, shifted.subarray(1)]) {
    for (let number = 0; number < 50; number++) {
      const found: number[] = []
      findValues(readChunk(stored, 4), { low: number * 7, high: 3 }, 0.5, found)
      expect(found).toEqual([number * 2 ** 33])
    }
  }
})
