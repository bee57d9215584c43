import { MfmError } from '@mfm/errors'

export interface CallLimits {
  readonly millis: number
  readonly signal?: AbortSignal | undefined
  /** Whether to wait for a server that refuses connections, as one does that is being restarted. */
  readonly isPatient: boolean
}

/** One call of a port. It ends by its result, its signal or its deadline, whichever comes first. */
export class Call {
  readonly isPatient: boolean
  readonly #until: number
  readonly #waiting: Set<(reason: unknown) => void> = new Set()
  #end: { readonly reason: unknown } | undefined

  private constructor({ millis, isPatient }: CallLimits) {
    this.isPatient = isPatient
    this.#until = performance.now() + millis
  }

  /** @throws the signal's reason, MfmError `store_timeout`, or what `work` throws */
  static async run<T>(limits: CallLimits, work: (call: Call) => Promise<T>): Promise<T> {
    const { millis, signal } = limits
    signal?.throwIfAborted()
    const call = new Call(limits)
    const onAbort = (): void => call.#finish(signal?.reason)
    const onTimeout = (): void =>
      call.#finish(new MfmError('store_timeout', { details: { millis } }))
    const timer = setTimeout(onTimeout, millis)
    signal?.addEventListener('abort', onAbort)
    try {
      return await work(call)
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  get isOver(): boolean {
    return this.#end !== undefined
  }

  /** Settles as `promise` does; rejects with why the call ended as soon as it has. */
  race<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const leave = (): boolean => this.#waiting.delete(reject)
      promise.then(leave, leave)
      promise.then(resolve, reject)
      if (this.#end === undefined) this.#waiting.add(reject)
      else reject(this.#end.reason)
    })
  }

  /** Waits, unless the deadline would come first. Resolves to whether it waited; rejects where the call ends. */
  async pause(millis: number): Promise<boolean> {
    if (performance.now() + millis >= this.#until) return false
    let timer: NodeJS.Timeout | undefined
    const passed = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, millis)
    })
    try {
      await this.race(passed)
    } finally {
      clearTimeout(timer)
    }
    return true
  }

  #finish(reason: unknown): void {
    if (this.#end !== undefined) return
    this.#end = { reason }
    for (const reject of this.#waiting) reject(reason)
    this.#waiting.clear()
  }
}
