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
  const scan = new HashScan(hash)
  // A growing table tells a field twice, and so does a scan that began again.
  const seen = new Set<FactKey>()
  while (!scan.isDone) {
    const page = await link.run((client) => scan.next(client), { signal })
    for (let at = 0; at < page.length; at += 2) {
      const key = page[at] ?? ''
      if (seen.has(key)) continue
      seen.add(key)
      link.requireOpen(signal)
      yield [key, requireStoredId(page[at + 1], hash)]
    }
  }
}

/**
 * A position in a hash. It means something to one process of Redis only: where the connection ended or the slot moved,
 * the scan begins again.
 */
class HashScan {
  readonly #hash: string
  #server: Redis | undefined
  #connection: Redis['stream'] | undefined
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
      server === undefined ? await this.#begin(client) : await this.#goOn(server)
    this.#cursor = cursor
    this.#isDone = cursor === START
    return page
  }

  async #begin(client: RedisClient): Promise<[string, string[]]> {
    const servers = isCluster(client) ? client.nodes('master') : [client]
    for (const server of servers) {
      try {
        const first = await server.hscan(this.#hash, START, 'COUNT', PAGE)
        this.#server = server
        this.#connection = server.stream
        return first
      } catch (error) {
        if (!isElsewhere(client, error)) throw error
      }
    }
    throw new Error('no master of the cluster has the slot')
  }

  async #goOn(server: Redis): Promise<[string, string[]]> {
    try {
      const page = await server.hscan(this.#hash, this.#cursor, 'COUNT', PAGE)
      // A client that resends by itself may have asked another process.
      if (server.stream === this.#connection) return page
    } catch (error) {
      this.#server = undefined
      throw isReply(error)
        ? new Error('the server of a scan refused to go on', { cause: error })
        : error
    }
    this.#server = undefined
    throw new Error('the connection of a scan ended')
  }
}

function isElsewhere(client: RedisClient, error: unknown): boolean {
  return isCluster(client) && isReply(error) && /^(MOVED|ASK) /.test(error.message)
}
