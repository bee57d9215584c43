import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { S3ArtifactStoreOptions } from '../src/index.ts'
import type { StubReply } from './stub-bucket.ts'
import { StubBucket, xmlError } from './stub-bucket.ts'

/** One request as the server got it. */
export interface StubRequest {
  readonly method: string
  readonly key: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

export type Matcher = (request: StubRequest) => boolean

/** What happens to a request instead of an orderly answer. */
export type Mishap =
  | { readonly kind: 'status'; readonly status: number; readonly code: string }
  /** The request is served, and the connection cut before the answer. */
  | { readonly kind: 'lost_reply' }
  /** The connection is cut before the request is served. */
  | { readonly kind: 'cut' }
  /** No answer ever. */
  | { readonly kind: 'hang' }
  /** The answer begins, and its body stops half way with the connection cut, or left open. */
  | { readonly kind: 'half_body'; readonly isCut: boolean; readonly hasLength?: boolean }
  | { readonly kind: 'reply'; readonly change: (reply: StubReply) => StubReply }

interface Rule {
  readonly when: Matcher
  readonly mishap: Mishap
  times: number
}

export const isPut: Matcher = ({ method, query }) => method === 'PUT' && !query.has('uploadId')
export const isGet: Matcher = ({ method, query }) => method === 'GET' && !query.has('list-type')
export const isList: Matcher = ({ query }) => query.has('list-type')
export const isPart: Matcher = ({ method, query }) => method === 'PUT' && query.has('partNumber')
export const isBegin: Matcher = ({ query }) => query.has('uploads')
export const isComplete: Matcher = ({ method, query }) => method === 'POST' && query.has('uploadId')

/** A scripted S3 server: it does on demand what no real one does when asked. */
export class StubServer implements AsyncDisposable {
  readonly bucket: StubBucket = new StubBucket()
  readonly requests: StubRequest[] = []
  /** Most requests that were being served at once. */
  mostAtOnce = 0
  readonly #server: Server
  readonly #rules: Rule[] = []
  #underWay = 0
  readonly #waiting: Set<{ readonly when: Matcher; readonly resolve: () => void }> = new Set()

  constructor(server: Server) {
    this.#server = server
    server.on('request', (incoming, response) => void this.#serve(incoming, response))
  }

  static async start(): Promise<StubServer> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new StubServer(server)
  }

  options(more: Partial<S3ArtifactStoreOptions> = {}): S3ArtifactStoreOptions {
    const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' }
    return { endpoint: this.url, bucket: 'bucket', credentials, createOnly: 'trusted', ...more }
  }

  get url(): string {
    // A server that listens on a port has an address of this form.
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Lets a mishap befall the next requests that match. */
  arm(when: Matcher, mishap: Mishap, times = 1): void {
    this.#rules.push({ when, mishap, times })
  }

  /** How often requests that match have come. */
  count(when: Matcher): number {
    return this.requests.filter(when).length
  }

  /** The requests so far as `METHOD`s, for the order of them. */
  get methods(): string {
    return this.requests.map(({ method }) => method).join(' ')
  }

  forget(): void {
    this.requests.length = 0
  }

  /** Resolves when the next request that matches has come. */
  async arrival(when: Matcher): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.add({ when, resolve })
    await promise
  }

  async connections(): Promise<number> {
    return await new Promise((resolve, reject) => {
      this.#server.getConnections((error, count) => (error ? reject(error) : resolve(count)))
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await received(incoming).catch(() => undefined) // cut before it was whole
    if (request === undefined) return
    this.requests.push(request)
    this.#underWay++
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#underWay)
    response.once('close', () => this.#underWay--)
    const rule = this.#rules.find(({ when, times }) => times > 0 && when(request))
    if (rule !== undefined) rule.times--
    this.#answer(request, response, rule?.mishap)
    for (const waiting of this.#waiting) {
      if (!waiting.when(request)) continue
      this.#waiting.delete(waiting)
      waiting.resolve()
    }
  }

  #answer(request: StubRequest, response: ServerResponse, mishap: Mishap | undefined): void {
    switch (mishap?.kind) {
      case undefined:
        // A turn later, so that requests which came together are served together.
        setImmediate(send, response, this.bucket.reply(request))
        return
      case 'status':
        send(response, xmlError(mishap.status, mishap.code))
        return
      case 'lost_reply':
        this.bucket.reply(request)
        response.destroy()
        return
      case 'cut':
        response.destroy()
        return
      case 'hang':
        return
      case 'half_body': {
        const { status, headers, body } = this.bucket.reply(request)
        const length = mishap.hasLength === false ? {} : { 'content-length': body.length }
        response.writeHead(status, { ...headers, ...length })
        response.write(body.subarray(0, body.length / 2), () => {
          if (mishap.isCut) response.destroy()
        })
        return
      }
      case 'reply':
        send(response, mishap.change(this.bucket.reply(request)))
    }
  }
}

async function received(incoming: IncomingMessage): Promise<StubRequest> {
  const url = new URL(incoming.url ?? '', 'http://stub')
  const [, , ...key] = decodeURIComponent(url.pathname).split('/')
  return {
    method: incoming.method ?? '',
    key: key.join('/'),
    query: url.searchParams,
    headers: incoming.headers,
    body: await buffer(incoming),
  }
}

function send(response: ServerResponse, { status, headers, body }: StubReply): void {
  response.writeHead(status, { 'content-length': body.length, ...headers })
  response.end(body)
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
