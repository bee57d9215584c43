import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import type { Address, EventDamage } from '@mfm/conformance'

/** One stored event, as it was sent. */
export interface Row {
  readonly seq: number
  readonly text: string
  readonly digest: string
}

export interface EventQuestion {
  readonly op: 'head' | 'append' | 'read'
  readonly run: string
  /** The expected head, or the first number to read. */
  readonly at: number
  readonly rows?: readonly Row[]
}

const PAGE = 400

class Stream {
  rows: Row[] = []
  head = 0
  /** Only a mutant writes here. */
  refusals = 0

  damage(seq: number, how: EventDamage): void {
    const index = this.rows.findIndex((row) => row.seq === seq)
    const [row, next] = this.rows.slice(index, index + 2)
    if (row === undefined) throw new Error(`no event ${seq}`)
    const { text } = row
    if (how === 'drop') this.rows.splice(index, 1)
    if (how === 'flip') this.rows[index] = { ...row, text: text.replace('text ', 'tezt ') }
    if (how === 'truncate') this.rows[index] = { ...row, text: text.slice(0, -9) }
    if (how === 'unlink') {
      const prev = /"prev":(null|"[0-9a-f]{64}")/
      this.rows[index] = { ...row, text: text.replace(prev, `"prev":"${'0'.repeat(64)}"`) }
    }
    if (how === 'swap' && next !== undefined) {
      this.rows.splice(index, 2, { ...next, seq }, { ...row, seq: seq + 1 })
    }
  }
}

/** A small server for events over HTTP, in this process, whose state can be reached around it. */
export class EventServer {
  readonly scopes = new Map<string, Map<string, Stream>>()
  connections = 0
  readonly #server = createServer((asked, answer) => void this.#handle(asked, answer))

  get port(): number {
    return (this.#server.address() as AddressInfo).port // it listens on TCP
  }

  async start(): Promise<Address> {
    this.#server.on('connection', (socket) => {
      this.connections++
      socket.once('close', () => this.connections--)
    })
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return { host: '127.0.0.1', port: this.port }
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  stream(scope: string, run: string): Stream {
    const streams = this.scopes.get(scope) ?? new Map<string, Stream>()
    this.scopes.set(scope, streams)
    const stream = streams.get(run) ?? new Stream()
    streams.set(run, stream)
    return stream
  }

  async #handle(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    try {
      const scope = asked.url?.slice(1) ?? ''
      const question = (await json(asked)) as EventQuestion // from event-store
      const stream = this.stream(scope, question.run)
      answer.end(JSON.stringify(answerOf(stream, question)))
    } catch {
      answer.destroy() // the request did not arrive whole
    }
  }
}

function answerOf(stream: Stream, { op, at, rows = [] }: EventQuestion): unknown {
  if (op === 'head') return stream.head
  if (op === 'read') {
    const first = stream.rows.findIndex(({ seq }) => seq >= at)
    return first === -1 ? [] : stream.rows.slice(first, first + PAGE)
  }
  if (stream.head !== at) return { actual: stream.head }
  stream.rows.push(...rows)
  stream.head += rows.length
  return { head: stream.head }
}
