import { MfmError } from '@mfm/errors'
import type { Expiring } from './deadlines.ts'
import { judge } from './failure.ts'
import type { RedisLink, Send } from './redis-link.ts'

export interface LinkCallOptions {
  readonly link: RedisLink
  readonly send: Send<unknown>
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  readonly onSettled: (call: LinkCall) => void
  readonly millis: number
  readonly isRepeatable: boolean
  readonly signal: AbortSignal | undefined
}

const FIRST_PAUSE_MILLIS = 5
const LONGEST_PAUSE_MILLIS = 200

/** One call from its start to its deadline, over as many connections as it takes. */
export class LinkCall implements Expiring {
  readonly deadline: number
  readonly #options: LinkCallOptions
  /** `sent`: a reply is awaited. `idle`: there is no connection, or a pause. */
  #state: 'idle' | 'sent' | 'settled' = 'idle'
  #pause: NodeJS.Timeout | undefined
  #pauseMillis = FIRST_PAUSE_MILLIS
  #trouble: Error | undefined

  constructor(options: LinkCallOptions) {
    this.#options = options
    this.deadline = performance.now() + options.millis
    options.signal?.addEventListener('abort', this, { once: true })
  }

  /** Sends it, where there is a connection and it is not under way; the link calls again when there is one. */
  attempt(): void {
    const { link, send } = this.#options
    if (this.#state !== 'idle' || this.#pause !== undefined || !link.isReady) return
    this.#state = 'sent'
    send(link.client).then(
      (value) => {
        if (this.#settle()) this.#options.resolve(value)
      },
      (error: unknown) => this.#onFailure(error),
    )
  }

  reject(error: unknown): void {
    if (this.#settle()) this.#options.reject(error)
  }

  /** The abort of its signal. */
  handleEvent(): void {
    this.reject(this.#options.signal?.reason)
  }

  expire(): void {
    const { link, millis } = this.#options
    if (this.#state === 'sent' || !link.isReady) link.suspect()
    const cause = this.#state === 'sent' ? undefined : (link.trouble ?? this.#trouble)
    const details = { millis }
    if (cause === undefined || isSilence(cause)) {
      this.reject(new MfmError('store_timeout', { details, cause }))
      return
    }
    const message = `Redis could not be reached within ${millis} ms: ${cause.message}`
    this.reject(new MfmError('store_unavailable', { message, details, cause }))
  }

  #settle(): boolean {
    if (this.#state === 'settled') return false
    this.#state = 'settled'
    if (this.#pause !== undefined) clearTimeout(this.#pause)
    this.#options.signal?.removeEventListener('abort', this)
    this.#options.onSettled(this)
    return true
  }

  #onFailure(error: unknown): void {
    if (this.#state === 'settled') return
    const failure = judge(error, this.#options.link.secrets)
    if (failure.kind === 'final') {
      this.reject(failure.error)
      return
    }
    if (failure.kind === 'lost' && failure.wasSent && !this.#options.isRepeatable) {
      this.reject(outcomeUnknown(failure.cause))
      return
    }
    this.#state = 'idle'
    this.#trouble = failure.cause
    this.#pause = setTimeout(() => {
      this.#pause = undefined
      this.attempt()
    }, this.#pauseMillis)
    this.#pauseMillis = Math.min(this.#pauseMillis * 2, LONGEST_PAUSE_MILLIS)
  }
}

/** Why a connection was dropped that owed a reply. */
export const SILENCE = 'the server was silent'

/** That, or one of the two ways in which ioredis says it. */
function isSilence({ message }: Error): boolean {
  return [SILENCE, 'Socket timeout', 'connect ETIMEDOUT'].some((text) => message.startsWith(text))
}

function outcomeUnknown(cause: Error): MfmError {
  return new MfmError('store_outcome_unknown', {
    message: 'the connection ended before the reply; the command may have been executed',
    cause,
    help: 'Read the key; the stream of the run decides what it should hold.',
  })
}
