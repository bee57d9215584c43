import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { MfmError } from '@mfm/errors'

/** The three things that a provider takes from the machine; a test gives its own. */
export interface SystemSources {
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  readonly randomBytes: (length: number) => Uint8Array
  /** Rejects with the signal's reason when it is aborted. */
  readonly sleep: (millis: number, signal: AbortSignal | undefined) => Promise<void>
}

export const SYSTEM_SOURCES: SystemSources = Object.freeze({
  clock: () => Date.now(),
  randomBytes: (length: number) => randomBytes(length),
  sleep: sleepInParts,
})

/** The longest wait that one timer of the platform can hold; a longer one would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1

async function sleepInParts(millis: number, signal: AbortSignal | undefined): Promise<void> {
  let left = millis
  do {
    const part = Math.min(left, LONGEST_TIMER)
    // The rejection of the platform is an error of its own, with the reason as its cause.
    await setTimeout(part, undefined, { signal }).catch(() => signal?.throwIfAborted())
    left -= part
  } while (left > 0)
}

/** @throws MfmError `time_unavailable`; `fact_payload_invalid` for a time that is no integer */
export function readClock(clock: () => number): number {
  let millis: number
  try {
    millis = clock()
  } catch (cause) {
    throw new MfmError('time_unavailable', { cause })
  }
  if (!Number.isFinite(millis) || millis < 0) throw new MfmError('time_unavailable')
  if (Number.isSafeInteger(millis)) return millis
  throw new MfmError('fact_payload_invalid', {
    message: 'the clock gave no integer of milliseconds',
  })
}

/** @throws MfmError `random_unavailable` */
export function readRandom(source: (length: number) => Uint8Array, length: number): Uint8Array {
  let bytes: Uint8Array
  try {
    bytes = source(length)
  } catch (cause) {
    throw new MfmError('random_unavailable', { cause })
  }
  if (bytes.length === length) return bytes
  throw new MfmError('random_unavailable', {
    message: `the source of randomness gave ${bytes.length} bytes, not ${length}`,
  })
}
