import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { retrying } from './retry.ts'
import { BrokenTransfer } from './s3-error.ts'

const { signal } = new AbortController()

/** Fails so often, then gives how often it was tried. */
function failing(times: number, error: unknown): () => Promise<number> {
  let tries = 0
  return async () => {
    tries++
    if (tries <= times) throw error
    return tries
  }
}

describe('retrying', () => {
  const broken = new BrokenTransfer('cut')
  const wide = { signal, deadlineAt: performance.now() + 60_000 }

  it('repeats what fails for a passing reason', async () => {
    expect(await retrying(wide, failing(3, broken))).toBe(4)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('gives the last failure where the time or the number of tries is over', async () => {
    const late = { signal, deadlineAt: performance.now() }
    await expect(retrying(late, failing(1, broken))).rejects.toBe(broken)
    await expect(retrying({ ...wide, retries: 2 }, failing(3, broken))).rejects.toBe(broken)
    expect(await retrying({ ...wide, retries: 2 }, failing(2, broken))).toBe(3)
  })

  it('gives any other failure at once', async () => {
    const fault = new TypeError('a fault of the program')
    await expect(retrying(wide, failing(1, fault))).rejects.toBe(fault)
  })

  it('ends a pause by the signal', async () => {
    const abort = new AbortController()
    const waiting = retrying({ ...wide, signal: abort.signal }, async () => {
      queueMicrotask(() => abort.abort('enough'))
      throw broken
    })
    await expect(waiting).rejects.toBe('enough')
  })
})
