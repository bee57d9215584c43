import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import type { Address } from '@mfm/conformance'
import { MfmError } from '@mfm/errors'

export interface WireQuestion {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE' | 'POST'
  readonly path: string
  readonly headers?: Record<string, string>
  readonly body?: Uint8Array | string
  /** Whether a copy of it that arrives late does no harm. */
  readonly isIdempotent: boolean
  readonly signal?: AbortSignal | undefined
}

export interface WireAnswer {
  readonly status: number
  readonly body: Uint8Array
}

const RETRY_MILLIS = 25

/** Sends questions until one is answered or the deadline of the call is over. */
export class WireClient {
  readonly #address: Address
  readonly #callMillis: number
  readonly #agent: Agent = new Agent({ keepAlive: true, maxSockets: 6 })
  /** Replaced by mutants. */
  send: (question: WireQuestion, signal: AbortSignal) => Promise<WireAnswer>
  #isClosed = false

  constructor(address: Address, callMillis: number) {
    this.#address = address
    this.#callMillis = callMillis
    this.send = (question, signal) => this.#send(question, signal)
  }

  requireOpen(signal: AbortSignal | undefined): void {
    if (this.#isClosed) throw new MfmError('store_closed')
    signal?.throwIfAborted()
  }

  async ask(question: WireQuestion): Promise<WireAnswer> {
    this.requireOpen(question.signal)
    const deadline = AbortSignal.timeout(this.#callMillis)
    const signal = question.signal ? AbortSignal.any([question.signal, deadline]) : deadline
    for (;;) {
      try {
        return await this.send(question, signal)
      } catch (cause) {
        question.signal?.throwIfAborted()
        if (deadline.aborted) throw new MfmError('store_timeout', { cause })
        const isUnsent = Object(cause).code === 'ECONNREFUSED'
        if (!question.isIdempotent && !isUnsent)
          throw new MfmError('store_outcome_unknown', { cause })
        await delay(RETRY_MILLIS)
      }
    }
  }

  close(): void {
    this.#isClosed = true
    this.#agent.destroy()
  }

  async #send(question: WireQuestion, signal: AbortSignal): Promise<WireAnswer> {
    const answer = await this.open(question, signal)
    return { status: answer.statusCode ?? 0, body: await buffer(answer) }
  }

  /** The answer with its body unread. */
  open(question: WireQuestion, signal: AbortSignal): Promise<IncomingMessage> {
    const { method, path, headers = {}, body } = question
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const options = { ...this.#address, method, path, headers, signal, agent: this.#agent }
    const asking = request(options, resolve)
    asking.on('error', reject)
    asking.end(body)
    return promise
  }
}
