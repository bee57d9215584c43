import type { ArtifactId } from '@mfm/core-types'
import { describe, expect, it } from 'vitest'
import { SmallCache } from './small-cache.ts'

function idOf(number: number): ArtifactId {
  return String(number).padStart(64, '0') as ArtifactId // decimal digits are hex digits
}

function filled(cache: SmallCache, number: number, length: number): void {
  cache.add(idOf(number), new Uint8Array(length).fill(number), cache.epoch)
}

describe('SmallCache', () => {
  it('lets the one go that was not asked for longest, by bytes', () => {
    const cache = new SmallCache(100)
    for (const number of [1, 2, 3]) filled(cache, number, 33)
    expect(cache.get(idOf(1))).toHaveLength(33)
    filled(cache, 4, 33)
    const kept = [1, 2, 3, 4].filter((number) => cache.get(idOf(number)) !== undefined)
    expect(kept).toEqual([1, 3, 4])
    filled(cache, 5, 100)
    expect([1, 3, 4].map((number) => cache.get(idOf(number)))).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect(cache.get(idOf(5))).toHaveLength(100)
  })

  it('counts right what is forgotten and what is added twice', () => {
    const cache = new SmallCache(100)
    for (let round = 0; round < 50; round++) {
      filled(cache, 1, 60)
      filled(cache, 1, 60)
      cache.forget(idOf(1))
      cache.forget(idOf(1))
    }
    filled(cache, 2, 60)
    filled(cache, 3, 40)
    expect([cache.get(idOf(2))?.length, cache.get(idOf(3))?.length]).toEqual([60, 40])
  })

  it('keeps nothing that is large, nor anything where it has no room', () => {
    const cache = new SmallCache(2 ** 20)
    filled(cache, 1, 64 * 1024 + 1)
    expect(cache.get(idOf(1))).toBeUndefined()
    const none = new SmallCache(0)
    filled(none, 1, 1)
    expect(none.get(idOf(1))).toBeUndefined()
  })

  it('takes nothing that was asked for before something was forgotten', () => {
    const cache = new SmallCache(100)
    const { epoch } = cache
    cache.forget(idOf(1))
    cache.add(idOf(1), new Uint8Array(1), epoch)
    expect(cache.get(idOf(1))).toBeUndefined()
  })
})
