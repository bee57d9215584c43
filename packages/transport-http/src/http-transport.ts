import type { Transport, TransportAnswer, TransportCall } from '@mfm/core-types'
import { decode, isMfmError, MfmError } from '@mfm/errors'
import type { EndpointAddress } from './endpoints.ts'
import { sendFollowing } from './follow.ts'
import { systemCode } from './http-error.ts'
import type { HttpRequest } from './http-request.ts'
import { httpRequestSchema } from './http-request.ts'
import { readBody } from './read-body.ts'
import { recordAnswer, recordHead } from './record-answer.ts'
import type { StreamLimits } from './stream-body.ts'
import { Deadline, streamBody } from './stream-body.ts'
import type { WireRequest } from './wire-request.ts'
import { wireRequest } from './wire-request.ts'

export interface HttpTransportOptions {
  /** Name to address, or to a function that gives it. */
  readonly endpoints?: Readonly<Record<string, EndpointAddress>> | undefined
  /** Where `MFM_ENDPOINT_<NAME>` is looked up for other names, usually `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** Sent with every request and no part of what identifies it, such as a `user-agent`. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /**
   * Most time for one call, redirects and body included; 30,000 where absent. Where the body is streamed, most time for
   * the head, and for each chunk after it.
   */
  readonly timeoutMillis?: number | undefined
  /** Longest body after decoding; 32 MiB where absent. */
  readonly maxBodyBytes?: number | undefined
  /** In place of the platform's own. */
  readonly fetch?: typeof globalThis.fetch | undefined
}

/** The namespace group that the transport serves. */
export const HTTP_NAMESPACE = 'http'

const DEFAULT_TIMEOUT = 30_000
const DEFAULT_MAX_BODY = 32 * 1024 * 1024

/**
 * Performs HTTP requests with `fetch`. Every status is an answer; a failure is a request that got none.
 *
 * Its calls reject with `http_request_invalid`, `http_endpoint_unknown`, `http_failed`, `http_timeout`,
 * `http_body_too_large`, `http_select_failed`, `secret_unavailable`; no error names the host of a named endpoint.
 *
 * @throws MfmError `invalid_option`
 */
export function httpTransport(options: HttpTransportOptions = {}): Transport {
  const timeoutMillis = positive('timeoutMillis', options.timeoutMillis ?? DEFAULT_TIMEOUT)
  const maxBodyBytes = positive('maxBodyBytes', options.maxBodyBytes ?? DEFAULT_MAX_BODY)
  return {
    call: async (call) => {
      const request = decode(httpRequestSchema, call.request, 'http_request_invalid', {
        what: 'the HTTP request',
      })
      const deadline = new Deadline(timeoutMillis)
      const failure = (error: unknown): unknown => {
        if (call.signal.aborted) return call.signal.reason
        return deadline.signal.aborted ? timedOut(request, timeoutMillis) : failed(request, error)
      }
      const limits = { maxBodyBytes, deadline, failure }
      deadline.start()
      try {
        return await exchange(call, request, { ...options, ...limits })
      } catch (error) {
        throw failure(error)
      } finally {
        deadline.stop()
      }
    },
  }
}

interface Exchange extends Omit<HttpTransportOptions, 'maxBodyBytes'>, StreamLimits {}

async function exchange(
  call: TransportCall,
  request: HttpRequest,
  { maxBodyBytes, deadline, failure, ...options }: Exchange,
): Promise<TransportAnswer> {
  const { fetch = globalThis.fetch } = options
  const signal = AbortSignal.any([call.signal, deadline.signal])
  const wire = await wireRequest(request, options, call.resolveSecret)
  const send = ({ url, method, headers, body }: WireRequest): Promise<Response> =>
    fetch(url, { method, headers, body: body ?? null, signal, redirect: 'manual' })
  const { response, visited } = await sendFollowing(wire, request.redirect !== 'manual', send)
  if (response.status > 599) {
    throw new MfmError('http_failed', {
      message: `${targetOf(request)} was answered with the status ${response.status}, which HTTP does not have`,
    })
  }
  if (request.stream === true) {
    const body = streamBody(response, { maxBodyBytes, deadline, failure })
    return { response: recordHead(response, request, visited), body }
  }
  return recordAnswer(response, await readBody(response, maxBodyBytes), request, visited)
}

function timedOut(request: HttpRequest, timeoutMillis: number): MfmError {
  return new MfmError('http_timeout', {
    message: `${targetOf(request)} did not answer within ${timeoutMillis} ms`,
    details: { timeoutMillis },
  })
}

/** What the network says may name hosts and addresses, so only its code is passed on. */
function failed(request: HttpRequest, error: unknown): MfmError {
  if (isMfmError(error)) return error
  const code = systemCode(error)
  return new MfmError('http_failed', {
    message: `${targetOf(request)} failed: ${code ?? 'no answer'}`,
    details: { systemCode: code ?? null },
    cause: error,
  })
}

/** The request in words; without its query, which may be private. */
function targetOf(request: HttpRequest): string {
  const { method } = request
  if (request.url === undefined) {
    return `${method} ${request.path.split('?')[0]} of the endpoint ${request.endpoint}`
  }
  const { origin, pathname } = new URL(request.url)
  return `${method} ${origin}${pathname}`
}

function positive(option: string, value: number): number {
  if (Number.isInteger(value) && value > 0 && value < 2 ** 31) return value
  throw new MfmError('invalid_option', {
    message: `${option} is a positive integer below 2^31`,
    details: { option },
  })
}
