import type { ArtifactId, FactKey } from '@mfm/core-types'
import type { Redis } from 'ioredis'
import { isCluster } from './connect.ts'
import { isReply } from './failure.ts'
import type { RedisClient } from './options.ts'
import type { RedisLink } from './redis-link.ts'
import { requireStoredId } from './stored-id.ts'

const PAGE = 1000
const START = '0'

/** Every field of a hash that is there throughout, once. */
export async function* scanFacts(
  link: RedisLink,
  hash: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly [FactKey, ArtifactId], void> {
  using scan = new HashScan(hash)
  // A growing table tells a field twice, and so does a scan that began again.
  const seen = new Set<FactKey>()
  while (!scan.isDone) {
    const page = await link.run((client) => scan.next(client), { signal })
    for (let at = 0; at < page.length; at += 2) {
      const key = page[at] ?? ''
      if (seen.has(key)) continue
      seen.add(key)
      link.requireRoom(signal)
      yield [key, requireStoredId(page[at + 1], hash)]
    }
  }
}

/**
 * A position in a hash. It means something to one process of Redis only: where the connection ended or the slot moved,
 * the scan begins again.
 */
class HashScan implements Disposable {
  readonly #hash: string
  #server: Redis | undefined
  #cursor: string = START
  #isDone = false

  constructor(hash: string) {
    this.#hash = hash
  }

  get isDone(): boolean {
    return this.#isDone
  }

  /** The next fields and their values, in turn. May be repeated. */
  async next(client: RedisClient): Promise<readonly string[]> {
    const server = this.#server
    const [cursor, page] =
      server === undefined ? await this.#begin(client) : await this.#page(server)
    this.#cursor = cursor
    this.#isDone = cursor === START
    return page
  }

  [Symbol.dispose](): void {
    this.#server?.off('close', this.#leave)
    this.#server = undefined
  }

  readonly #leave = (): void => this[Symbol.dispose]()

  async #begin(client: RedisClient): Promise<[string, string[]]> {
    const servers = isCluster(client) ? client.nodes('master') : [client]
    for (const server of servers) {
      this.#cursor = START
      this.#server = server
      server.once('close', this.#leave)
      try {
        return await this.#page(server)
      } catch (error) {
        this.#leave()
        if (!isElsewhere(client, error)) throw error
      }
    }
    throw new Error('no master of the cluster has the slot')
  }

  async #page(server: Redis): Promise<[string, string[]]> {
    const page = await server.hscan(this.#hash, this.#cursor, 'COUNT', PAGE)
    // A borrowed client may have asked another server after a reconnect.
    if (this.#server !== server) throw new Error('the connection of a scan ended')
    return page
  }
}

function isElsewhere(client: RedisClient, error: unknown): boolean {
  return isCluster(client) && isReply(error) && /^(MOVED|ASK) /.test(error.message)
}
