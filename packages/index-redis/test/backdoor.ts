import type { Backdoor } from '@mfm/conformance'
import { Cluster, Redis } from 'ioredis'
import type { RedisClient } from '../src/options.ts'
import { factsKey } from '../src/run-keys.ts'

const NAME = 'backdoor'

/** Does something with a client past the adapter: a cluster's where there are several addresses. */
async function withClient<T>(
  urls: readonly string[],
  use: (client: RedisClient) => Promise<T>,
): Promise<T> {
  const client =
    urls.length > 1
      ? new Cluster([...urls], { redisOptions: { connectionName: NAME } })
      : new Redis(urls[0] ?? '', { connectionName: NAME })
  try {
    await client.ping()
    return await use(client)
  } finally {
    const ended = new Promise((resolve) => client.once('end', resolve))
    client.disconnect()
    await ended
  }
}

async function keysOf(client: RedisClient, scope: string): Promise<readonly string[]> {
  const nodes = client instanceof Cluster ? client.nodes('master') : [client]
  const found = new Set<string>()
  for (const node of nodes) {
    for await (const keys of node.scanStream({ match: `${scope}:{*`, count: 1000 })) {
      for (const key of keys) found.add(key)
    }
  }
  return [...found]
}

export function redisBackdoor(urls: () => Promise<readonly string[]>): Required<FactBackdoor> {
  const through = async <T>(use: (client: RedisClient) => Promise<T>): Promise<T> =>
    await withClient(await urls(), use)
  return {
    wipeFacts: (scope) =>
      through(async (client) => {
        for (const key of await keysOf(client, scope)) await client.unlink(key)
      }),
    writeFact: (scope, run, key, raw) =>
      through(async (client) => {
        const hash = factsKey(scope, run)
        if (raw.kind === 'text') {
          await client.hset(hash, key, raw.text)
          return
        }
        await client.unlink(hash)
        await client.rpush(hash, 'a list')
      }),
    factsExpire: (scope) =>
      through(async (client) => {
        const keys = await keysOf(client, scope)
        const lives = await Promise.all(keys.map((key) => client.pttl(key)))
        return lives.some((millis) => millis >= 0)
      }),
    contents: (scope) => through((client) => keysOf(client, scope)),
    connections: () =>
      through(async (client) => {
        const nodes = client instanceof Cluster ? client.nodes('master') : [client]
        const lists = await Promise.all(
          nodes.map(async (node) => String(await node.client('LIST'))),
        )
        const lines = lists.flatMap((list) => list.trim().split('\n'))
        return lines.filter((line) => !line.includes(NAME)).length
      }),
  }
}

type FactBackdoor = Pick<
  Backdoor,
  'wipeFacts' | 'writeFact' | 'factsExpire' | 'contents' | 'connections'
>
