import { createHash } from 'node:crypto'
import type { SystemSources } from '@mfm/io-live'
import { SYSTEM_SOURCES } from '@mfm/io-live'

/** 2000-01-01T00:00:00Z. */
const BEGINNING = 946_684_800_000

/**
 * A machine on which nothing happens by chance, so that recording twice gives the same file: the clock moves only
 * while the program sleeps, and noise is made of the seed. Sleeps are real.
 */
export function steadySources(seed: string, own: Partial<SystemSources>): SystemSources {
  let now = BEGINNING
  let drawn = 0
  const sleep = own.sleep ?? SYSTEM_SOURCES.sleep
  return {
    clock: own.clock ?? (() => now),
    randomBytes:
      own.randomBytes ??
      ((length) => {
        drawn += 1
        return createHash('shake256', { outputLength: Math.max(length, 1) })
          .update(`${seed} ${drawn}`)
          .digest()
          .subarray(0, length)
      }),
    sleep: async (millis, signal) => {
      await sleep(millis, signal)
      now += millis
    },
  }
}
