import { abortError } from '@mfm/facts'

/**
 * Runs a task until it ends or the signal is aborted, whichever is first. A task that does not listen to the signal
 * is left behind: its outcome is dropped.
 *
 * @throws MfmError `call_aborted`, or the signal's reason where that is a typed error
 */
export function abortable<T>(signal: AbortSignal, task: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) throw abortError(signal)
    const onAbort = (): void => reject(abortError(signal))
    signal.addEventListener('abort', onAbort, { once: true })
    const ended = (): void => signal.removeEventListener('abort', onAbort)
    task().then(
      (value) => {
        ended()
        resolve(value)
      },
      (error: unknown) => {
        ended()
        reject(signal.aborted ? abortError(signal) : error)
      },
    )
  })
}

/** One signal for two. */
export function joinSignals(own: AbortSignal, given: AbortSignal | undefined): AbortSignal {
  return given === undefined || given === own ? own : AbortSignal.any([own, given])
}
