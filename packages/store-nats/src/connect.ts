import type { ConnectionOptions, NatsConnection } from '@nats-io/transport-node'
import { connect } from '@nats-io/transport-node'
import { Link } from './link.ts'
import { storeError } from './nats-error.ts'
import type { CheckedOptions } from './options.ts'

/** Between two attempts to connect again (ms). */
const RECONNECT_MILLIS = 50
/**
 * Longest that one attempt may take (ms): where the line is cut in the middle of it the client waits for all of it, and
 * then ends the connection that it has made meanwhile.
 */
const ATTEMPT_MILLIS = 1000
/** A server that answers no ping for two of these (ms) is given up and connected to again. */
const PING_MILLIS = 10_000

/**
 * A connection that is ours, or the one that was given.
 *
 * @throws MfmError `store_unavailable`, `store_timeout`
 */
export async function connectLink({ url, connection, callMillis }: CheckedOptions): Promise<Link> {
  if (connection !== undefined) return new Link(connection, callMillis, false)
  if (url === undefined) throw new Error('the options were not checked')
  return new Link(await connected(optionsOf(url, callMillis)), callMillis, true)
}

async function connected(options: ConnectionOptions): Promise<NatsConnection> {
  try {
    return await connect(options)
  } catch (error) {
    throw storeError(error)
  }
}

function optionsOf(url: URL, callMillis: number): ConnectionOptions {
  const { host, username, password, protocol } = url
  return {
    servers: host,
    timeout: Math.min(callMillis, ATTEMPT_MILLIS),
    ...(username === '' ? {} : { user: decodeURIComponent(username) }),
    ...(password === '' ? {} : { pass: decodeURIComponent(password) }),
    ...(protocol === 'tls:' ? { tls: {} } : {}),
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_MILLIS,
    reconnectJitter: RECONNECT_MILLIS,
    pingInterval: PING_MILLIS,
    noAsyncTraces: true,
    // The addresses that a cluster tells of may not be those that this client reaches it by.
    ignoreClusterUpdates: true,
  }
}
