import { describe, expect, it } from 'vitest'
import { Gate } from './gate.ts'

const { signal } = new AbortController()

describe('Gate', () => {
  it('lets in as many as it is wide, and the rest in their order', async () => {
    const gate = new Gate(2)
    const order: number[] = []
    const entries = [0, 1, 2, 3, 4].map(async (number) => {
      await gate.enter(signal)
      order.push(number)
    })
    await Promise.all(entries.slice(0, 2))
    expect(order).toEqual([0, 1])
    for (const _ of [2, 3, 4]) gate.leave()
    await Promise.all(entries)
    expect(order).toEqual([0, 1, 2, 3, 4])
  })

  it('passes over those who gave up, and loses no place by them', async () => {
    const gate = new Gate(1)
    await gate.enter(signal)
    const abort = new AbortController()
    const leaving = gate.enter(abort.signal)
    const staying = gate.enter(signal)
    abort.abort('enough')
    await expect(leaving).rejects.toBe('enough')
    gate.leave()
    await staying
    gate.leave()
    await gate.enter(signal)
    await expect(gate.enter(AbortSignal.abort('before'))).rejects.toBe('before')
  })
})
