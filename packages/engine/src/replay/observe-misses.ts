import type { IoProvider } from '@mfm/core-types'
import type { MfmError } from '@mfm/errors'
import { isMfmError } from '@mfm/errors'

/** Reports every error of a provider, also those that the state goes on to handle. */
export function observeMisses(
  provider: IoProvider,
  onError: (error: MfmError) => void,
): IoProvider {
  const observed = async <T>(operation: Promise<T>): Promise<T> => {
    try {
      return await operation
    } catch (error) {
      if (isMfmError(error)) onError(error)
      throw error
    }
  }
  return {
    call: (call, options) => observed(provider.call(call, options)),
    getRecordedFact: (key) => observed(provider.getRecordedFact(key)),
    recordValue: (key, value) => observed(provider.recordValue(key, value)),
    nowMillis: () => observed(provider.nowMillis()),
    randomBytes: (length) => observed(provider.randomBytes(length)),
    sleepMs: (millis, options) => observed(provider.sleepMs(millis, options)),
  }
}
