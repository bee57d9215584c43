import type { AddressInfo, Server, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import type { Address } from '../harness.ts'
import { WaitingFault } from './armed-fault.ts'
import type { ArmedFault, Fault, Trigger } from './fault.ts'
import { ProxiedConnection } from './proxied-connection.ts'

/** What has passed since the proxy was started. */
export interface Traffic {
  readonly connections: number
  readonly requests: number
  /** Bytes that the server was sent. */
  readonly toServer: number
  /** Bytes that clients were sent. */
  readonly toClient: number
}

/**
 * A TCP proxy on a free port of the loopback that forwards to a server and can be told to fail. It knows no protocol;
 * {@link Fault} says what a request is to it.
 *
 * Without a `match`, an armed fault hits whatever a client sends next, a greeting or a login too: open the adapter
 * through the proxy and let it make one call first. To hit every round trip of an operation in turn, without knowing
 * its protocol, raise `after` until the fault no longer fires ({@link atEveryRequest}).
 *
 * @example
 * const proxy = await startFaultProxy(await harness.server())
 * const { events } = await harness.open(scope, { via: proxy.address })
 * await events.headSeq(run) // connected and greeted
 * const lost = proxy.arm({ kind: 'cut_after' }, { match: 'COMMIT' })
 * await Promise.allSettled([events.append(run, 0, batch)])
 * assert.equal(lost.fired, 1)
 * await proxy.close()
 */
export interface FaultProxy extends AsyncDisposable {
  readonly address: Address
  readonly traffic: Traffic
  /** Where several faults are armed, the one that was armed first takes a request that matches both. */
  arm(fault: Fault, trigger?: Trigger): ArmedFault
  /** Ends every connection, in a black hole or not. New ones are welcome. */
  dropConnections(): void
  /** Ends every connection and refuses new ones, as a server that is down does, until {@link comeUp}. */
  goDown(): Promise<void>
  /** Listens on the same port again. */
  comeUp(): Promise<void>
  /** Ends everything: connections, faults, the port. Idempotent. */
  close(): Promise<void>
}

/** @throws Error of `node:net` where no port of the loopback is free */
export async function startFaultProxy(target: Address): Promise<FaultProxy> {
  const proxy = new TcpFaultProxy(target)
  await proxy.comeUp()
  return proxy
}

const HOST = '127.0.0.1'

class TcpFaultProxy implements FaultProxy {
  readonly #target: Address
  readonly #faults: WaitingFault[] = []
  readonly #connections = new Set<ProxiedConnection>()
  readonly #traffic = { connections: 0, requests: 0, toServer: 0, toClient: 0 }
  #server: Server | undefined
  #port = 0

  constructor(target: Address) {
    this.#target = target
  }

  get address(): Address {
    return { host: HOST, port: this.#port }
  }

  get traffic(): Traffic {
    return { ...this.#traffic }
  }

  arm(fault: Fault, trigger: Trigger = {}): ArmedFault {
    const waiting = new WaitingFault(fault, trigger)
    this.#faults.push(waiting)
    return waiting
  }

  dropConnections(): void {
    for (const connection of this.#connections) connection.destroy()
  }

  async goDown(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    const closed = Promise.withResolvers<void>()
    if (server === undefined) closed.resolve()
    else server.close(() => closed.resolve())
    this.dropConnections()
    await closed.promise
  }

  async comeUp(): Promise<void> {
    if (this.#server !== undefined) return
    // A client that has sent all it has may still wait for its answer.
    const server = createServer({ allowHalfOpen: true, noDelay: true })
    server.on('connection', (client) => this.#accept(client))
    const listening = Promise.withResolvers<void>()
    server.once('error', listening.reject)
    server.listen(this.#port, HOST, listening.resolve)
    await listening.promise
    this.#server = server
    this.#port = (server.address() as AddressInfo).port // it listens on TCP, so this is no path and not null
  }

  async close(): Promise<void> {
    for (const fault of this.#faults) fault.disarm()
    await this.goDown()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #accept(client: Socket): void {
    const { host, port } = this.#target
    const server = connect({ host, port, allowHalfOpen: true, noDelay: true })
    const connection = new ProxiedConnection(client, server, {
      faults: this.#faults,
      count: (what, by) => {
        this.#traffic[what] += by
      },
    })
    this.#traffic.connections++
    this.#connections.add(connection)
    client.once('close', () => this.#connections.delete(connection))
  }
}
