import { Buffer } from 'node:buffer'

/** A request as undici's dispatchers take it. */
export interface DispatchedRequest {
  readonly origin?: string | URL | undefined
  readonly path: string
  readonly query?: Readonly<Record<string, unknown>> | null | undefined
  readonly method: string
  readonly headers?: unknown
  readonly body?: unknown
  readonly upgrade?: unknown
}

/** What undici tells about an answer, in the form of its version 7 and later. */
export interface DispatchHandler {
  onRequestStart(controller: Controller, context: object): void
  onResponseStarted?(): void
  onResponseStart?(
    controller: Controller,
    status: number,
    headers: Readonly<Record<string, string | string[]>>,
    statusText: string,
  ): void
  onResponseData?(controller: Controller, chunk: Buffer): void
  onResponseEnd?(controller: Controller, trailers: object): void
  onResponseError?(controller: Controller, error: unknown): void
}

export function isRequest(value: unknown): value is DispatchedRequest {
  return (
    typeof value === 'object' &&
    value !== null &&
    'path' in value &&
    'method' in value &&
    !('upgrade' in value && Boolean(value.upgrade))
  )
}

/** Older ones are told in another way. */
export function isHandler(value: unknown): value is DispatchHandler {
  return typeof value === 'object' && value !== null && 'onRequestStart' in value
}

class Controller {
  readonly #abort = new AbortController()
  #resumed: PromiseWithResolvers<void> | undefined
  rawHeaders: Buffer[] = []

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  get aborted(): boolean {
    return this.#abort.signal.aborted
  }

  get reason(): unknown {
    return this.#abort.signal.reason ?? null
  }

  get paused(): boolean {
    return this.#resumed !== undefined
  }

  pause(): void {
    this.#resumed ??= Promise.withResolvers()
  }

  resume(): void {
    this.#resumed?.resolve()
    this.#resumed = undefined
  }

  abort(reason: unknown): void {
    this.#abort.abort(reason)
    this.resume()
  }

  /** Resolves when the reader takes more. */
  async flowing(): Promise<void> {
    await this.#resumed?.promise
    this.signal.throwIfAborted()
  }
}

/** Answers a request to an undici dispatcher by a `fetch`; the body comes in one piece. */
export function dispatchThrough(
  fetch: typeof globalThis.fetch,
  request: DispatchedRequest,
  handler: DispatchHandler,
): boolean {
  void exchange(fetch, request, handler)
  return true
}

async function exchange(
  fetch: typeof globalThis.fetch,
  request: DispatchedRequest,
  handler: DispatchHandler,
): Promise<void> {
  const controller = new Controller()
  try {
    handler.onRequestStart(controller, {})
    const body = await bytesOf(request.body)
    controller.signal.throwIfAborted()
    const response = await fetch(urlOf(request), {
      method: request.method,
      headers: headersOf(request.headers),
      ...(body !== undefined && { body }),
      redirect: 'manual',
      signal: controller.signal,
    })
    controller.rawHeaders = [...response.headers].flat().map((text) => Buffer.from(text, 'latin1'))
    handler.onResponseStarted?.()
    const headers = Object.fromEntries(response.headers)
    handler.onResponseStart?.(controller, response.status, headers, response.statusText)
    const content = Buffer.from(await response.arrayBuffer())
    await controller.flowing()
    if (content.length > 0) handler.onResponseData?.(controller, content)
    await controller.flowing()
    handler.onResponseEnd?.(controller, {})
  } catch (error) {
    handler.onResponseError?.(controller, error)
  }
}

function urlOf({ origin, path, query }: DispatchedRequest): string {
  const url = new URL(path, origin)
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value])
      url.searchParams.append(name, String(one))
  }
  return url.href
}

/** undici takes a record, pairs, or names and values in turn. */
function headersOf(given: unknown): Headers {
  const headers = new Headers()
  for (const [name, value] of pairsOf(given)) {
    for (const one of Array.isArray(value) ? value : [value])
      headers.append(String(name), String(one))
  }
  return headers
}

function pairsOf(given: unknown): readonly (readonly [unknown, unknown])[] {
  if (typeof given !== 'object' || given === null) return []
  if (!(Symbol.iterator in given)) return Object.entries(given)
  const items = [...(given as Iterable<unknown>)] // what has that member is one
  if (items.every(Array.isArray)) return items.map(([name, value]) => [name, value])
  return items.flatMap((name, index) =>
    index % 2 === 0 ? [[name, items[index + 1]] as const] : [],
  )
}

async function bytesOf(body: unknown): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (body === null || body === undefined) return undefined
  if (typeof body === 'string') return Buffer.from(body)
  if (ArrayBuffer.isView(body)) {
    return Uint8Array.from(new Uint8Array(body.buffer, body.byteOffset, body.byteLength))
  }
  if (typeof body === 'object' && Symbol.asyncIterator in body) {
    const chunks: Buffer[] = []
    // What has that member is one; undici takes bytes and text.
    for await (const chunk of body as AsyncIterable<Uint8Array | string>)
      chunks.push(Buffer.from(chunk as string))
    return Buffer.concat(chunks)
  }
  return new Uint8Array(await new Response(body as Blob).arrayBuffer()) // a form, a blob, or nothing it takes
}
