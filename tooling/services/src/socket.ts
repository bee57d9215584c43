// A pool served over a Unix socket, and the client's side of it. Both are of one version, so what comes is as declared.
import type { IncomingMessage, Server } from 'node:http'
import { createServer, request as httpRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Pool } from './pool.ts'

/** The name of a keeper's socket in its folder. */
export const KEEPER_SOCKET = 'keeper'

type Operation = keyof Pool
type Reply = { readonly value: unknown } | { readonly error: string }

const OPERATIONS: Readonly<Record<Operation, true>> = {
  start: true,
  restart: true,
  stop: true,
  list: true,
}

const isOperation = (name: string): name is Operation => Object.hasOwn(OPERATIONS, name)

const perform = async (pool: Pool, request: IncomingMessage): Promise<Reply> => {
  try {
    const operation = (request.url ?? '').slice(1)
    if (!isOperation(operation)) throw new Error(`unknown operation ${operation}`)
    // Of the type that this operation takes: the client below sends no other.
    const { argument }: { argument: never } = JSON.parse(await text(request))
    const value: unknown = await pool[operation](argument)
    return { value: value ?? null }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

/** Serves a pool at a path; resolves when it listens. */
export const servePool = async (pool: Pool, path: string): Promise<Server> => {
  const server = createServer((request, response) => {
    void perform(pool, request).then((reply) => {
      response.setHeader('connection', 'close')
      response.end(JSON.stringify(reply))
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  return server
}

const ask = async (path: string, operation: Operation, argument: unknown): Promise<unknown> => {
  const body = await new Promise<string>((resolve, reject) => {
    const options = { socketPath: path, path: `/${operation}`, method: 'POST', agent: false }
    const request = httpRequest(options, (response) => {
      text(response).then(resolve, reject)
    })
    request.once('error', reject)
    request.end(JSON.stringify({ argument }))
  })
  const reply: Reply = JSON.parse(body)
  if ('error' in reply) throw new Error(reply.error)
  return reply.value
}

/** The pool behind a socket. */
export const poolAt = (path: string): Pool => {
  const call =
    <Operation_ extends Operation>(operation: Operation_) =>
    (...args: Parameters<Pool[Operation_]>): ReturnType<Pool[Operation_]> =>
      // The other side is this file, which answers with what the operation gives.
      ask(path, operation, args[0]) as ReturnType<Pool[Operation_]>
  return {
    start: call('start'),
    restart: call('restart'),
    stop: call('stop'),
    list: call('list'),
  }
}
