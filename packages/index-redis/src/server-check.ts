import { MfmError } from '@mfm/errors'
import type { Redis } from 'ioredis'
import { isCluster } from './connect.ts'
import { isReply } from './failure.ts'
import type { RedisClient } from './options.ts'

/** The first with everything that is used here and in the feed. */
const OLDEST_MAJOR = 7

export interface ServerDemands {
  /** Whether facts are kept, so that none may be evicted. */
  readonly keepsFacts: boolean
  readonly trustServer: boolean
}

/**
 * Asks every server for what it is. Resolves to the product, such as `Redis 7.0.15`, where the first one tells.
 *
 * @throws MfmError `store_unsuitable`
 */
export async function checkServers(
  client: RedisClient,
  demands: ServerDemands,
): Promise<string | undefined> {
  const servers = isCluster(client) ? client.nodes('master') : [client]
  if (servers.length === 0) throw new Error('the cluster has no master')
  const infos = await Promise.all(servers.map(infoOf))
  for (const info of infos) {
    checkVersion(info, demands)
    if (demands.keepsFacts) checkEviction(info, demands)
    if (info.get('redis_mode') === 'cluster' && !isCluster(client)) throw notForClusters()
  }
  const version = infos[0]?.get('redis_version')
  return version === undefined ? undefined : `Redis ${version}`
}

type Info = ReadonlyMap<string, string>

/** Empty where the user may not ask. */
async function infoOf(server: Redis): Promise<Info> {
  try {
    const lines = (await server.info()).split('\r\n')
    return new Map(lines.map((line) => [line.split(':', 1)[0] ?? '', line.replace(/^[^:]*:/, '')]))
  } catch (error) {
    if (isReply(error) && /^(NOPERM|ERR unknown command)/.test(error.message)) return new Map()
    throw error
  }
}

function checkVersion(info: Info, { trustServer }: ServerDemands): void {
  const version = info.get('redis_version')
  if (version === undefined && trustServer) return
  const major = Number(version?.split('.')[0])
  if (major >= OLDEST_MAJOR) return
  throw unsuitable({
    setting: 'redis_version',
    found: version ?? null,
    help: `Use Redis ${OLDEST_MAJOR}.0 or later.`,
  })
}

/** The volatile policies evict what can expire, and facts cannot. */
function checkEviction(info: Info, { trustServer }: ServerDemands): void {
  const policy = info.get('maxmemory_policy')
  if (policy === undefined && trustServer) return
  if (policy === 'noeviction' || policy?.startsWith('volatile-')) return
  throw unsuitable({
    setting: 'maxmemory-policy',
    found: policy ?? null,
    help: 'Set maxmemory-policy to noeviction (CONFIG SET maxmemory-policy noeviction, and in redis.conf).',
  })
}

interface Finding {
  readonly setting: string
  readonly found: string | null
  readonly help: string
}

function unsuitable({ setting, found, help }: Finding): MfmError {
  if (found !== null) {
    const message = `the server has ${setting} ${found}, under which facts can be lost or not kept`
    return new MfmError('store_unsuitable', { message, details: { setting, found }, help })
  }
  return new MfmError('store_unsuitable', {
    message: `the server does not tell its ${setting}: INFO is forbidden or changed`,
    details: { setting, found },
    help: `${help} Where INFO cannot be allowed, check it by hand and set trustServer.`,
  })
}

function notForClusters(): MfmError {
  return new MfmError('store_unsuitable', {
    message: 'the server is part of a Redis Cluster, and the client is not made for one',
    details: { setting: 'cluster-enabled', found: 'yes' },
    help: "Give the URLs of some nodes as 'cluster' instead of 'url'.",
  })
}
