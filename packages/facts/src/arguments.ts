import { MfmError } from '@mfm/errors'

/** The most that one call of `randomBytes` gives: what the platform's own `getRandomValues` gives. */
const MAX_RANDOM_BYTES = 65_536

/** @throws MfmError `invalid_option` for anything but an integer from 0 to 65536 */
export function parseRandomLength(length: number): number {
  if (Number.isInteger(length) && length >= 0 && length <= MAX_RANDOM_BYTES) return length
  throw new MfmError('invalid_option', {
    message: `the length of random bytes is an integer from 0 to ${MAX_RANDOM_BYTES}`,
    details: { option: 'length' },
  })
}

/** @throws MfmError `invalid_option` for anything but a finite number of at least 0 */
export function parseSleep(millis: number): number {
  if (Number.isFinite(millis) && millis >= 0) return millis
  throw new MfmError('invalid_option', {
    message: 'the time to sleep is a finite number of milliseconds, at least 0',
    details: { option: 'millis' },
  })
}
