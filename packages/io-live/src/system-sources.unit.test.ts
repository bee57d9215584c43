import { afterEach, describe, expect, it, vi } from 'vitest'
import { SYSTEM_SOURCES } from './system-sources.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('the machine', () => {
  it('has a clock and noise', () => {
    expect(Math.abs(SYSTEM_SOURCES.clock() - Date.now())).toBeLessThan(1_000)
    expect(SYSTEM_SOURCES.randomBytes(5)).toHaveLength(5)
  })

  it('ends a sleep with the reason of the signal', async () => {
    const controller = new AbortController()
    const sleeping = SYSTEM_SOURCES.sleep(60_000, controller.signal)
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(sleeping).rejects.toBe(reason)
  })

  it('sleeps a time of 0 and without a signal', async () => {
    await SYSTEM_SOURCES.sleep(0, undefined)
  })
})
