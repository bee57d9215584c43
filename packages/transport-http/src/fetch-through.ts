import { canonicalize } from '@mfm/canonical-json'
import type { DivergencePolicy, FactKey, IoProvider, IoResult, StreamedBody } from '@mfm/core-types'
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
  /**
   * Ends the wait earlier than the transport would; for a body that is streamed, the wait for the head. Takes no part in
   * what identifies the request.
   */
  readonly timeoutMillis?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** What is done where the call is not the recorded one; that of the state by default. */
  readonly divergence?: DivergencePolicy | undefined
}

/**
 * `fetch` through an IO provider: the answer is recorded in live mode and comes from the record in replay. The
 * `Response` is made from the record in both, so a program cannot tell them apart. Every status is an answer.
 *
 * With `stream` the `Response` is there as soon as its head is, and its body while it comes. Cancel a body that is not
 * read to its end; what is open when a state ends is cancelled.
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
      ...(init.stream === true && { stream: true as const }),
    }
    return await responseOf(await io.call(call, { signal }))
  } finally {
    clearTimeout(timer)
  }
}

/** Asks for a chunk when it is asked for one, so that a replay asks at the same places. */
function readable(body: StreamedBody): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream(
    {
      pull: async (controller) => {
        const { done, value } = await body.next()
        if (done === true) controller.close()
        else controller.enqueue(Uint8Array.from(value))
      },
      cancel: async () => void (await body.return()),
    },
    { highWaterMark: 0 },
  )
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
): Promise<ConstructorParameters<typeof Response>[0]> {
  if (body === null) {
    // Recorded when it has ended, and nobody reads a body that is not there.
    await result.body?.next()
    return null
  }
  if ('streamed' in body) return result.body === undefined ? null : readable(result.body)
  if ('text' in body) return body.text
  if ('json' in body) return canonicalize(body.json)
  return Uint8Array.from(await result.attachment(body.artifact))
}
