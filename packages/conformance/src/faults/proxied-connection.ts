import type { Socket } from 'node:net'
import type { WaitingFault } from './armed-fault.ts'
import { Lane } from './lane.ts'

/** As much of a request as is kept for matching. */
const MATCHED_BYTES = 65_536

/** What all connections of a proxy share. */
export interface ProxyState {
  readonly faults: readonly WaitingFault[]
  /** Counts what was asked of the server and what the client was given. */
  readonly count: (what: 'requests' | 'toServer' | 'toClient', by: number) => void
}

/** One connection of a client, and the one to the server that belongs to it. */
export class ProxiedConnection {
  readonly #client: Socket
  readonly #server: Socket
  readonly #up: Lane
  readonly #down: Lane
  readonly #state: ProxyState
  /** Whether the next byte of the client begins a request. */
  #isIdle = true
  #request = ''
  /** Faults that have judged this request. */
  #asked = new Set<WaitingFault>()
  #active: WaitingFault | undefined
  #repliedBytes = 0
  #isSwallowed = false

  constructor(client: Socket, server: Socket, state: ProxyState) {
    this.#client = client
    this.#server = server
    this.#state = state
    this.#up = new Lane(client, server)
    this.#down = new Lane(server, client)
    client.on('data', (chunk) => this.#asking(chunk))
    server.on('data', (chunk) => this.#replying(chunk))
    this.#tie(client, server)
    this.#tie(server, client)
  }

  cut(): void {
    this.#client.destroySoon()
    this.#server.destroy()
  }

  destroy(): void {
    this.#client.destroy()
    this.#server.destroy()
  }

  /** What happens to one side happens to the other, unless the connection is in a black hole. */
  #tie(from: Socket, to: Socket): void {
    const isServer = from === this.#server
    // An error is followed by `close`, which is what counts.
    from.on('error', () => undefined)
    from.on('end', () => {
      if (!this.#isSwallowed) to.end()
    })
    from.on('close', () => {
      if (!isServer) to.destroy()
      else if (!this.#isSwallowed) to.destroySoon()
    })
  }

  #asking(chunk: Buffer): void {
    if (this.#isSwallowed) return
    if (this.#isIdle) this.#beginRequest()
    if (this.#request.length < MATCHED_BYTES) {
      this.#request += chunk.toString('latin1', 0, MATCHED_BYTES - this.#request.length)
    }
    this.#active ??= this.#judge()
    switch (this.#active?.fault.kind) {
      case 'cut_before':
        this.#active.fire()
        this.cut()
        break
      case 'reset':
        this.#active.fire()
        this.#client.resetAndDestroy()
        this.#server.destroy()
        break
      case 'black_hole':
        this.#active.fire()
        this.#isSwallowed = true
        break
      default:
        this.#state.count('toServer', chunk.length)
        this.#up.send(chunk, this.#rate())
    }
  }

  #beginRequest(): void {
    this.#isIdle = false
    this.#request = ''
    this.#asked = new Set()
    this.#active = undefined
    this.#repliedBytes = 0
    this.#state.count('requests', 1)
  }

  /** The first fault that takes this request. Each is asked until the request matches it, and then no more. */
  #judge(): WaitingFault | undefined {
    for (const waiting of this.#state.faults) {
      if (this.#asked.has(waiting) || !waiting.matches(this.#request)) continue
      this.#asked.add(waiting)
      if (!waiting.take()) continue
      if (waiting.fault.kind === 'slow') waiting.fire()
      return waiting
    }
    return undefined
  }

  #rate(): number | undefined {
    if (this.#active?.fault.kind !== 'slow' || this.#active.isDisarmed) return undefined
    return this.#active.fault.bytesPerSecond
  }

  #replying(chunk: Buffer): void {
    this.#isIdle = true
    if (this.#isSwallowed) return
    const active = this.#active
    if (active?.fault.kind === 'cut_after') {
      active.fire()
      this.cut()
    } else if (active?.fault.kind === 'half_body') {
      this.#forwardHalf(chunk, active.fault.bytes, active)
    } else {
      this.#forward(chunk)
    }
  }

  #forward(chunk: Buffer): void {
    this.#state.count('toClient', chunk.length)
    this.#down.send(chunk, this.#rate())
  }

  #forwardHalf(chunk: Buffer, bytes: number, active: WaitingFault): void {
    const room = bytes - this.#repliedBytes
    this.#repliedBytes += chunk.length
    if (room > 0) this.#forward(chunk.subarray(0, room))
    if (chunk.length <= room) return
    active.fire()
    this.cut()
  }
}
