import { setImmediate, setTimeout } from 'node:timers/promises'

/**
 * What a promise gives, or `late` where that takes longer. A busy machine delays the timer as it delays the promise,
 * so what is in time is not called late.
 */
export async function within<T>(millis: number, work: Promise<T>): Promise<T | 'late'> {
  const stopped = new AbortController()
  const late = async (): Promise<'late'> => {
    await setTimeout(millis, undefined, { signal: stopped.signal })
    await setImmediate()
    return 'late'
  }
  try {
    return await Promise.race([work, late()])
  } finally {
    stopped.abort()
  }
}
