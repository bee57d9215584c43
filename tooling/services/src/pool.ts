// The servers of one run: started on first use, stopped together.
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { AnyAddress, ServiceName } from './addresses.ts'
import { nats } from './servers/nats.ts'
import { postgres } from './servers/postgres.ts'
import { redis } from './servers/redis.ts'
import { redisCluster } from './servers/redis-cluster.ts'
import { s3, s3Plain } from './servers/rgw.ts'
import type { Server, ServerKind, Settings } from './servers/server.ts'

const KINDS: Readonly<Record<ServiceName, ServerKind>> = {
  redis,
  'redis-cluster': redisCluster,
  postgres,
  nats,
  s3,
  's3-plain': s3Plain,
}

/** Gets the programs of a server without starting it. */
export const prepareService = (name: ServiceName): Promise<void> => KINDS[name].prepare()

// A port that was free can be taken before the server listens; the next attempt draws others.
const ATTEMPTS = 3

export interface StartRequest {
  readonly name: ServiceName
  /** A server of the caller's own; else the one that everybody shares. */
  readonly isPrivate: boolean
  readonly settings: Settings
}

export interface Started {
  readonly id: string
  readonly address: AnyAddress
}

/** What a pool does, here or in another process. */
export interface Pool {
  start(request: StartRequest): Promise<Started>
  restart(id: string): Promise<void>
  stop(id: string): Promise<void>
  list(): Promise<readonly Started[]>
}

export class LocalPool implements Pool {
  readonly #folder: string
  readonly #servers = new Map<string, Promise<Server>>()
  #count = 0
  #isClosed = false

  /** @param folder is the pool's own; it goes when the pool is closed. */
  constructor(folder: string) {
    this.#folder = folder
  }

  async start({ name, isPrivate, settings }: StartRequest): Promise<Started> {
    if (this.#isClosed) throw new Error('the servers are being stopped')
    this.#count += 1
    const id = isPrivate ? `${name}-${this.#count}` : name
    const server = this.#servers.get(id) ?? this.#launch(id, name, settings)
    return { id, address: (await server).address }
  }

  #launch(id: string, name: ServiceName, settings: Settings): Promise<Server> {
    const server = this.#attempt(id, name, settings)
    this.#servers.set(id, server)
    // A failure is the caller's to see; the next caller tries afresh.
    server.catch(() => this.#servers.delete(id))
    return server
  }

  async #attempt(id: string, name: ServiceName, settings: Settings): Promise<Server> {
    await prepareService(name)
    await mkdir(this.#folder, { recursive: true })
    // A server that runs as another user must reach its own folder below.
    await chmod(this.#folder, 0o711)
    for (let attempt = 1; ; attempt += 1) {
      const folder = await mkdtemp(join(this.#folder, `${id}-`))
      try {
        return await KINDS[name].start(folder, settings)
      } catch (error) {
        await rm(folder, { recursive: true, force: true })
        if (attempt === ATTEMPTS || this.#isClosed) throw error
      }
    }
  }

  async restart(id: string): Promise<void> {
    const server = this.#servers.get(id)
    if (server === undefined) throw new Error(`no server ${id} runs`)
    await (await server).restart()
  }

  async stop(id: string): Promise<void> {
    const server = this.#servers.get(id)
    this.#servers.delete(id)
    await (await server)?.stop()
  }

  async list(): Promise<readonly Started[]> {
    const all = Array.from(this.#servers, async ([id, server]) => ({
      id,
      address: (await server).address,
    }))
    return await Promise.all(all)
  }

  /** Stops every server, also one that is just starting, and removes the folder. */
  async close(): Promise<void> {
    this.#isClosed = true
    const all = Array.from(this.#servers.values())
    this.#servers.clear()
    await Promise.allSettled(all.map(async (server) => (await server).stop()))
    await rm(this.#folder, { recursive: true, force: true })
  }
}
