import { abortError } from '@mfm/facts'

/**
 * Runs a task until it ends or the signal is aborted, whichever is first. A task that does not listen to the signal
 * is left behind: its outcome is dropped.
 *
 * @throws MfmError `call_aborted`, or the signal's reason where that is a typed error
 */
export async function abortable<T>(signal: AbortSignal, task: () => Promise<T>): Promise<T> {
  if (signal.aborted) throw abortError(signal)
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const onAbort = (): void => reject(abortError(signal))
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    task().then(resolve, (error: unknown) => reject(signal.aborted ? abortError(signal) : error))
    return await promise
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** One signal for two. */
export function joinSignals(own: AbortSignal, given: AbortSignal | undefined): AbortSignal {
  return given === undefined || given === own ? own : AbortSignal.any([own, given])
}
