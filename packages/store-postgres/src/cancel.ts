import type { ClientConfig, PoolClient } from 'pg'
import { Client } from 'pg'

/** How long a cancellation may take, and how long a cancelled statement may take to end (ms). */
export const CANCEL_MILLIS = 1000

/** `pg` hides a password from whoever copies its options. */
export function copyOf(config: ClientConfig): ClientConfig {
  return { ...config, password: config.password }
}

/**
 * Asks the server, on a connection of its own, to stop what `busy` is doing; resolves when it was asked, or when it
 * cannot be. Without it a statement that waits for a lock would go on, and happen, long after its caller has left.
 */
export async function cancelStatement(config: ClientConfig, busy: PoolClient): Promise<void> {
  const processId = 'processID' in busy ? busy.processID : undefined
  if (typeof processId !== 'number') return
  const client = new Client({
    ...copyOf(config),
    connectionTimeoutMillis: CANCEL_MILLIS,
    query_timeout: CANCEL_MILLIS,
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('select pg_catalog.pg_cancel_backend($1)', [processId])
  } catch {
    // The statement ends by the server's own limit then, or when the server finds that nobody listens.
  } finally {
    await endClient(client)
  }
}

/** Ends a client in order, and with force where the server does not answer. */
export async function endClient(client: Client): Promise<void> {
  const force = setTimeout(() => client.connection.stream.destroy(), CANCEL_MILLIS)
  await client.end().catch(() => undefined)
  clearTimeout(force)
}
