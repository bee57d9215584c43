import type { CallOptions } from '@mfm/core-types'
import { ownClient } from './connect.ts'
import type { CheckedOptions } from './options.ts'
import { RedisLink } from './redis-link.ts'
import { checkServers } from './server-check.ts'

export interface OpenedLink {
  readonly link: RedisLink
  /** Such as `Redis 7.0.15`; absent where the server does not tell. */
  readonly product: string | undefined
}

/** Connects and checks the server; what was connected is ended where that fails. */
export async function openLink(
  options: CheckedOptions,
  { keepsFacts }: { readonly keepsFacts: boolean },
  { signal }: CallOptions,
): Promise<OpenedLink> {
  const { callMillis, maxCalls, trustServer } = options
  const link = new RedisLink({
    client: options.client ?? ownClient(options, callMillis),
    isOwned: options.client === undefined,
    callMillis,
    maxCalls,
  })
  try {
    const check = { keepsFacts, trustServer }
    const product = await link.run((client) => checkServers(client, check), { signal })
    return { link, product }
  } catch (error) {
    await link.close()
    throw error
  }
}
