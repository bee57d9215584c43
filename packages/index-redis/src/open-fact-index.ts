import type { CallOptions } from '@mfm/core-types'
import { openLink } from './open-link.ts'
import type { RedisIndexOptions } from './options.ts'
import { checkOptions } from './options.ts'
import { RedisFactIndex } from './redis-fact-index.ts'

/**
 * Connects, and proves that the server keeps what it is given.
 *
 * @throws MfmError `invalid_option`; `store_unsuitable` where the server can evict facts, is older than Redis 7.0, or
 * does not say; `store_unavailable`, `store_timeout`; the reason of the signal
 *
 * @example
 * await using facts = await openRedisFactIndex({ url: 'redis://127.0.0.1:6379' })
 */
export async function openRedisFactIndex(
  options: RedisIndexOptions,
  callOptions: CallOptions = {},
): Promise<RedisFactIndex> {
  const checked = checkOptions(options)
  const { link, product } = await openLink(checked, { keepsFacts: true }, callOptions)
  return new RedisFactIndex(link, checked.prefix, product)
}
