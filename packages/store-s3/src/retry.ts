import type { Effort } from './flight.ts'
import { failureOf } from './s3-error.ts'

const FIRST_PAUSE_MILLIS = 25
const LONGEST_PAUSE_MILLIS = 3000

/**
 * Repeats an attempt that fails for a passing reason, with growing pauses, as long as its effort allows; then it
 * rejects with the last failure.
 */
export async function retrying<T>(effort: Effort, attempt: () => Promise<T>): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await attempt()
    } catch (error) {
      effort.signal.throwIfAborted()
      const mayRepeat =
        failureOf(error) === 'transient' && failures <= (effort.retries ?? Number.POSITIVE_INFINITY)
      if (!mayRepeat || !(await pause(effort, failures))) throw error
    }
  }
}

/**
 * Waits up to twice as long as the time before, at random so that those who failed together do not return together
 * ("full jitter"). Resolves to whether there is still time.
 */
export async function pause({ signal, deadlineAt }: Effort, failures: number): Promise<boolean> {
  const longest = Math.min(FIRST_PAUSE_MILLIS * 2 ** (failures - 1), LONGEST_PAUSE_MILLIS)
  const millis = Math.random() * longest
  if (performance.now() + millis >= deadlineAt) return false
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, millis)
  const giveUp = (): void => reject(signal.reason)
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    await promise
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
  }
  return true
}
