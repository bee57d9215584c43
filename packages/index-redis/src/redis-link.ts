import { MfmError } from '@mfm/errors'
import { blameless, secretsOf } from './blameless.ts'
import { disconnect, dropIfSilent } from './connect.ts'
import { Deadlines } from './deadlines.ts'
import { isLoginRefused } from './failure.ts'
import { LinkCall, SILENCE } from './link-call.ts'
import type { RedisClient } from './options.ts'

export interface LinkOptions {
  readonly client: RedisClient
  /** Whether the client is ours to close. */
  readonly isOwned: boolean
  readonly callMillis: number
  readonly maxCalls: number
}

export interface CallTerms {
  readonly signal?: AbortSignal | undefined
  /** Default: the link's `callMillis`. */
  readonly millis?: number | undefined
  /**
   * Whether a command whose reply was lost may be sent again. Default `true`. Without it such a call rejects with
   * `store_outcome_unknown`.
   */
  readonly isRepeatable?: boolean | undefined
}

/** Sends one command, or commands of which the last decides. Called again where it is repeated. */
export type Send<T> = (client: RedisClient) => Promise<T>

/**
 * A client and the manners of calling it: nothing is sent without a connection, after its deadline or after its abort;
 * what was lost with a connection is sent again by the call itself, or not at all; and nothing outlives `close`.
 */
export class RedisLink {
  readonly client: RedisClient
  readonly secrets: readonly string[]
  readonly #options: LinkOptions
  readonly #calls = new Set<LinkCall>()
  readonly #deadlines = new Deadlines(this.#calls)
  #trouble: Error | undefined
  #closing: Promise<void> | undefined

  constructor(options: LinkOptions) {
    this.#options = options
    this.client = options.client
    this.secrets = secretsOf(options.client)
    this.client.on('ready', this.#onReady)
    this.client.on('end', this.#onEnd)
    // On a client of somebody else errors stay theirs: a listener would silence what ioredis prints without one.
    if (options.isOwned) this.client.on('error', this.#onError)
  }

  get isReady(): boolean {
    return this.client.status === 'ready'
  }

  /** Why there is no connection, as far as it is known. */
  get trouble(): Error | undefined {
    return this.#trouble
  }

  /** Told by a call that waited in vain for a reply, or for a connection to be greeted. */
  suspect(): void {
    const { isOwned, client } = this.#options
    if (!(isOwned && ['ready', 'connect'].includes(client.status))) return
    dropIfSilent(client, () => {
      this.#trouble = new Error(SILENCE)
    })
  }

  /** @throws MfmError `store_closed`; the reason of an aborted signal */
  requireOpen(signal: AbortSignal | undefined): void {
    if (this.#closing !== undefined) throw new MfmError('store_closed')
    signal?.throwIfAborted()
  }

  /**
   * @param others calls that wait and are not known here
   * @throws MfmError `store_unavailable`
   */
  requireRoom(others = 0): void {
    const limit = this.#options.maxCalls
    if (this.#calls.size + others < limit) return
    throw new MfmError('store_unavailable', {
      message: `${limit} calls are under way`,
      details: { limit },
      help: 'Make fewer calls at once, or raise maxCalls.',
    })
  }

  /**
   * @throws MfmError `store_timeout`, `store_unavailable`, `store_outcome_unknown`, `store_corruption`,
   * `store_unsuitable`, `store_failed`, `store_closed`; the reason of the signal
   */
  run<T>(send: Send<T>, { signal, millis, isRepeatable = true }: CallTerms = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.requireOpen(signal)
      this.requireRoom()
      const call = new LinkCall({
        link: this,
        // What `send` resolves to reaches this very `resolve`.
        send: send as Send<unknown>,
        resolve: resolve as (value: unknown) => void,
        reject,
        onSettled: this.#onSettled,
        millis: millis ?? this.#options.callMillis,
        isRepeatable,
        signal,
      })
      this.#calls.add(call)
      this.#deadlines.watch(call.deadline)
      this.#connectOnce()
      call.attempt()
      if (this.client.status === 'end') this.#onEnd()
    })
  }

  /** Refuses what is under way and what comes. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    for (const call of this.#calls) call.reject(new MfmError('store_closed'))
    this.#deadlines.stop()
    this.client.off('ready', this.#onReady)
    this.client.off('end', this.#onEnd)
    if (this.#options.isOwned) await disconnect(this.client)
  }

  #connectOnce(): void {
    if (this.client.status !== 'wait') return
    this.client.connect().catch((error: unknown) => this.#onError(error))
  }

  readonly #onSettled = (call: LinkCall): void => {
    this.#calls.delete(call)
  }

  readonly #onReady = (): void => {
    this.#trouble = undefined
    for (const call of this.#calls) call.attempt()
  }

  readonly #onEnd = (): void => {
    const cause = this.#trouble
    const error = new MfmError('store_unavailable', { message: 'the client was closed', cause })
    for (const call of this.#calls) call.reject(error)
  }

  readonly #onError = (error: unknown): void => {
    const origin: unknown = Object(error).lastNodeError ?? error
    this.#trouble = blameless(origin, this.secrets)
    if (!isLoginRefused(origin)) return
    const refused = new MfmError('store_unavailable', {
      message: `Redis refused the login: ${this.#trouble.message}`,
      cause: this.#trouble,
      help: 'Give the right user and password, and give that user the rights to the keys of the prefix.',
    })
    for (const call of this.#calls) call.reject(refused)
  }
}
