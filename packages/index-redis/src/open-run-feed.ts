import type { CallOptions } from '@mfm/core-types'
import { openLink } from './open-link.ts'
import type { RedisFeedOptions } from './options.ts'
import { checkFeedOptions } from './options.ts'
import { RedisRunFeed } from './redis-run-feed.ts'

/**
 * Connects the publishing side of a feed; each reading has a connection of its own.
 *
 * @throws MfmError `invalid_option`; `store_unsuitable` below Redis 7.0; `store_unavailable`, `store_timeout`; the
 * reason of the signal
 *
 * @example
 * await using feed = await openRedisRunFeed({ url: 'redis://127.0.0.1:6379' })
 * await feed.publish(envelopes)
 */
export async function openRedisRunFeed(
  options: RedisFeedOptions,
  callOptions: CallOptions = {},
): Promise<RedisRunFeed> {
  const checked = checkFeedOptions(options)
  const { link } = await openLink(checked, { keepsFacts: false }, callOptions)
  return new RedisRunFeed(checked, link)
}
