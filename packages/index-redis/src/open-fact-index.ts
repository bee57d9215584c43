import type { CallOptions } from '@mfm/core-types'
import { ownClient } from './connect.ts'
import type { RedisIndexOptions } from './options.ts'
import { checkOptions } from './options.ts'
import { RedisFactIndex } from './redis-fact-index.ts'
import { RedisLink } from './redis-link.ts'
import { checkServers } from './server-check.ts'

/**
 * Connects, and proves that the server keeps what it is given.
 *
 * @throws MfmError `invalid_option`; `store_unsuitable` where the server can evict facts, is older than Redis 7.0 or
 * tells neither; `store_unavailable`, `store_timeout`; the reason of the signal
 *
 * @example
 * await using facts = await openRedisFactIndex({ url: 'redis://127.0.0.1:6379' })
 */
export async function openRedisFactIndex(
  options: RedisIndexOptions,
  { signal }: CallOptions = {},
): Promise<RedisFactIndex> {
  const checked = checkOptions(options)
  const { callMillis, maxCalls, prefix, trustServer } = checked
  const link = new RedisLink({
    client: checked.client ?? ownClient(checked, callMillis),
    isOwned: checked.client === undefined,
    callMillis,
    maxCalls,
  })
  try {
    await link.run((client) => checkServers(client, { keepsFacts: true, trustServer }), { signal })
  } catch (error) {
    await link.close()
    throw error
  }
  return new RedisFactIndex(link, prefix)
}
