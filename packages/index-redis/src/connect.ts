import type { ClusterOptions, RedisOptions } from 'ioredis'
import { Cluster, Redis } from 'ioredis'
import type { CheckedOptions, RedisClient } from './options.ts'

/** Beyond a deadline, before a connection is called dead. */
const GRACE_MILLIS = 100

/**
 * Settings of a connection that repeats nothing behind our back: a command whose connection ends is rejected, and one
 * without a connection is not queued, so that the caller's deadline decides (redis/ioredis#2193 is the hang of the
 * other way to turn resending off).
 */
function ownSettings(silentMillis: number) {
  return {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: backoff,
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
    ...nodeSettings(silentMillis),
  } satisfies RedisOptions
}

/** What goes for every node of a cluster as well. */
function nodeSettings(silentMillis: number) {
  return {
    connectTimeout: silentMillis,
    // A server that is loading says so to whoever calls; asking it first takes rights that not every user has.
    enableReadyCheck: false,
    disconnectTimeout: 200,
    connectionName: 'mfm',
  } satisfies RedisOptions
}

/** A silent node: later than the deadline of a call, which is to tell a timeout. See {@link dropIfSilent}. */
function clusterNodeSettings(silentMillis: number) {
  return { ...nodeSettings(silentMillis), socketTimeout: silentMillis + GRACE_MILLIS }
}

const CLUSTER_SETTINGS = {
  lazyConnect: true,
  enableOfflineQueue: false,
  clusterRetryStrategy: backoff,
  // Waiting and repeating is ours to do: commands in these queues would be sent after their deadline.
  retryDelayOnFailover: 0,
  retryDelayOnClusterDown: 0,
  // A name stays a name, for certificates to be checked against.
  dnsLookup: (name, found) => found(null, name),
} satisfies ClusterOptions

function backoff(times: number): number {
  return Math.min(10 * 2 ** times, 1000)
}

/** A client that nobody else has; connects on its first command. */
export function ownClient(
  { url, cluster, client }: CheckedOptions,
  silentMillis: number,
): RedisClient {
  if (url !== undefined) return new Redis({ ...addressOf(url), ...ownSettings(silentMillis) })
  if (cluster !== undefined) return ownCluster(cluster, silentMillis)
  if (client === undefined) throw new TypeError('no server was named')
  return isCluster(client)
    ? client.duplicate([], { ...CLUSTER_SETTINGS, redisOptions: clusterNodeSettings(silentMillis) })
    : client.duplicate(ownSettings(silentMillis))
}

function ownCluster(urls: readonly string[], silentMillis: number): Cluster {
  const nodes = urls.map(addressOf)
  const { host, port, ...login } = nodes[0] ?? {}
  return new Cluster(
    nodes.map((node) => ({ host: node.host, port: node.port })),
    { ...CLUSTER_SETTINGS, redisOptions: { ...login, ...clusterNodeSettings(silentMillis) } },
  )
}

function addressOf(text: string) {
  const { protocol, hostname, port, username, password, pathname } = new URL(text)
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? 6379 : Number(port),
    db: Number(pathname.slice(1)),
    ...(username !== '' && { username: decodeURIComponent(username) }),
    ...(password !== '' && { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' && { tls: {} }),
  } satisfies RedisOptions
}

export function isCluster(client: RedisClient): client is Cluster {
  return client.isCluster
}

/**
 * Drops a connection that owes a reply and stays silent: it is dead, whatever TCP believes, and what it has not sent
 * must not be sent later. In a cluster ioredis does it for each node; here its timer would be for every command.
 */
export function dropIfSilent(client: RedisClient, onDrop: () => void): void {
  if (isCluster(client)) return
  const { stream } = client
  const { bytesRead } = stream
  const timer = setTimeout(() => {
    if (client.stream !== stream || stream.bytesRead !== bytesRead) return
    onDrop()
    try {
      stream.resetAndDestroy()
    } catch {
      stream.destroy() // only plain TCP can be reset
    }
  }, GRACE_MILLIS)
  timer.unref()
}

/** Ends the client's connections; resolves when they are gone, or after a second. */
export async function disconnect(client: RedisClient): Promise<void> {
  // In these two no connection is left whose end could be waited for.
  const hasConnection = !['end', 'reconnecting'].includes(client.status)
  const ended = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, 1000)
    client.once('end', () => {
      clearTimeout(timer)
      resolve()
    })
    if (!hasConnection) {
      clearTimeout(timer)
      resolve()
    }
  })
  client.disconnect()
  await ended
}
