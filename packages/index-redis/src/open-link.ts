import type { CallOptions } from '@mfm/core-types'
import { ownClient } from './connect.ts'
import type { CheckedOptions } from './options.ts'
import { RedisLink } from './redis-link.ts'
import { checkServers } from './server-check.ts'

/** Connects and checks the server; what was connected is ended where that fails. */
export async function openLink(
  options: CheckedOptions,
  { keepsFacts }: { readonly keepsFacts: boolean },
  { signal }: CallOptions,
): Promise<RedisLink> {
  const { callMillis, maxCalls, trustServer } = options
  const link = new RedisLink({
    client: options.client ?? ownClient(options, callMillis),
    isOwned: options.client === undefined,
    callMillis,
    maxCalls,
  })
  try {
    await link.run((client) => checkServers(client, { keepsFacts, trustServer }), { signal })
    return link
  } catch (error) {
    await link.close()
    throw error
  }
}
