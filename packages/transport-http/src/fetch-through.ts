import { canonicalize } from '@mfm/canonical-json'
import type { DivergencePolicy, FactKey, IoProvider, IoResult } from '@mfm/core-types'
import { decode, MfmError } from '@mfm/errors'
import type { HttpInput } from './address.ts'
import type { HttpInit } from './build-request.ts'
import { httpRequest } from './build-request.ts'
import type { HttpResponse } from './http-response.ts'
import { httpResponseSchema } from './http-response.ts'
import { HTTP_NAMESPACE } from './http-transport.ts'

export interface FetchInit extends HttpInit {
  /** The fact key; made of the request where absent. `null`: asked every time and not recorded. */
  readonly key?: FactKey | null | undefined
  /** Ends the wait earlier than the transport would. Takes no part in what identifies the request. */
  readonly timeoutMillis?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** What is done where the call is not the recorded one; that of the state by default. */
  readonly divergence?: DivergencePolicy | undefined
}

/**
 * `fetch` through an IO provider: the answer is recorded in live mode and comes from the record in replay. The
 * `Response` is made from the record in both, so a program cannot tell them apart. Every status is an answer.
 *
 * @throws MfmError `http_request_invalid`; what the provider's `call` throws
 */
export async function fetchThrough(
  io: IoProvider,
  input: HttpInput,
  init: FetchInit = {},
): Promise<Response> {
  const request = httpRequest(input, init)
  const deadline = new AbortController()
  const signal = init.signal ? AbortSignal.any([init.signal, deadline.signal]) : deadline.signal
  const { timeoutMillis } = init
  const timer =
    timeoutMillis === undefined
      ? undefined
      : setTimeout(() => deadline.abort(timedOut(timeoutMillis)), timeoutMillis)
  try {
    const call = {
      namespace: HTTP_NAMESPACE,
      request,
      factKey: init.key,
      divergence: init.divergence,
    }
    return await responseOf(await io.call(call, { signal }))
  } finally {
    clearTimeout(timer)
  }
}

function timedOut(timeoutMillis: number): MfmError {
  return new MfmError('http_timeout', {
    message: `no answer came within ${timeoutMillis} ms`,
    details: { timeoutMillis },
  })
}

async function responseOf(result: IoResult): Promise<Response> {
  const { status, statusText, headers, body } = decode(
    httpResponseSchema,
    result.response,
    'transport_answer_invalid',
    { what: 'the recorded HTTP answer' },
  )
  const init = { status, headers, ...(statusText !== undefined && { statusText }) }
  return new Response(await contentOf(body, result), init)
}

async function contentOf(
  body: HttpResponse['body'],
  result: IoResult,
): Promise<string | Uint8Array<ArrayBuffer> | null> {
  if (body === null) return null
  if ('text' in body) return body.text
  if ('json' in body) return canonicalize(body.json)
  return Uint8Array.from(await result.attachment(body.artifact))
}
