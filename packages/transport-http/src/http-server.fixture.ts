import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'

/** Every byte there is, which is no UTF-8. */
export const BINARY: Uint8Array = Uint8Array.from({ length: 256 }, (_, index) => index)
export const LARGE: string = 'äöü '.repeat(40_000)
const PACKAGE = {
  name: 'left-pad',
  versions: { '1.0.0': { deprecated: 'old', size: 1 }, '1.1.0': { size: 2 } },
}

export interface TestServer extends AsyncDisposable {
  readonly origin: string
  /** What came, oldest first. */
  readonly requests: readonly {
    readonly method: string
    readonly url: string
    readonly headers: IncomingMessage['headers']
    readonly body: string
  }[]
  /** Resolves when a connection ends before its answer does. */
  readonly cutOff: () => Promise<void>
}

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void

/** A server on a port of its own, with an answer for each kind of trouble. */
export async function startServer(other?: TestServer): Promise<TestServer> {
  const requests: TestServer['requests'][number][] = []
  let onCut = (): void => undefined
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const { method = '', url = '', headers } = request
      requests.push({ method, url, headers, body })
      response.on('close', () => {
        if (!response.writableFinished) onCut()
      })
      handlerOf(url, other)(request, response, body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // a TCP server has no other kind of address
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    cutOff: () =>
      new Promise((resolve) => {
        onCut = resolve
      }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function handlerOf(url: string, other: TestServer | undefined): Handler {
  const path = url.split('?')[0] ?? ''
  const status = /^\/status\/(\d+)$/.exec(path)?.[1]
  if (status !== undefined) {
    return (_, response) => response.writeHead(Number(status)).end(`status ${status}`)
  }
  const redirect = /^\/redirect\/(\d+)$/.exec(path)?.[1]
  if (redirect !== undefined) {
    return (_, response) => response.writeHead(Number(redirect), { location: '/echo' }).end('moved')
  }
  return (
    HANDLERS.get(path)?.(other) ?? ((_, response) => response.writeHead(404).end('nothing here'))
  )
}

const HANDLERS: ReadonlyMap<string, (other: TestServer | undefined) => Handler> = new Map<
  string,
  (other: TestServer | undefined) => Handler
>([
  [
    '/json',
    () => (request, response) => {
      const origin = `http://${request.headers.host}`
      response.writeHead(200, {
        'content-type': 'application/json',
        'set-cookie': 'id=1',
        date: 'Thu, 01 Jan 1970 00:00:00 GMT',
        etag: '"1"',
        link: `<${origin}/json?page=2>; rel="next"`,
        'x-backend': request.headers.host,
      })
      response.end(JSON.stringify(PACKAGE))
    },
  ],
  [
    '/gzip',
    () => (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'text/plain' })
      response.end(gzipSync('zipped text'))
    },
  ],
  [
    '/bomb',
    () => (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.end(gzipSync(Buffer.alloc(4_000_000)))
    },
  ],
  [
    '/chunked',
    () => (_, response) => {
      response.write('one ')
      setImmediate(() => {
        response.write('two ')
        setImmediate(() => response.end('three'))
      })
    },
  ],
  ['/bom', () => (_, response) => response.end('\ufeffmarked')],
  ['/binary', () => (_, response) => response.end(BINARY)],
  ['/large', () => (_, response) => response.end(LARGE)],
  ['/empty', () => (_, response) => response.writeHead(204).end()],
  ['/silent', () => () => undefined],
  [
    '/stuck',
    () => (_, response) => {
      response.writeHead(200)
      response.write('first part')
    },
  ],
  [
    '/cut',
    () => (_, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('first part', () => response.destroy())
    },
  ],
  ['/drop', () => (_, response) => response.destroy()],
  ['/echo', () => echo],
  [
    '/away',
    (other) => (_, response) => {
      response.writeHead(307, { location: `${other?.origin}/echo` }).end()
    },
  ],
  ['/loop', () => (_, response) => response.writeHead(302, { location: '/loop' }).end('again')],
])

function echo({ method, headers }: IncomingMessage, response: ServerResponse, body: string): void {
  const seen = Object.fromEntries(
    ['x-api-key', 'content-type', 'x-plain'].map((name) => [name, String(headers[name])]),
  )
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ method, seen, body, hasCredentials: 'authorization' in headers }))
}
