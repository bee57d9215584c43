// For all test files of a run to share their servers: a socket in the main process of the run, which starts the keeper
// of the servers when the first test asks for one.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Pool } from './pool.ts'
import { servePool } from './socket.ts'
import type { Keeper } from './start-keeper.ts'
import { startKeeper } from './start-keeper.ts'

/** Names the socket of the broker to the processes of the tests. */
export const BROKER_VARIABLE = 'MFM_TEST_SERVICES_SOCKET'

export interface Broker {
  readonly socket: string
  /** Stops the servers, if any were started. */
  close(): Promise<void>
}

export const startBroker = async (): Promise<Broker> => {
  const folder = await mkdtemp(join(tmpdir(), 'mfm-broker-'))
  const socket = join(folder, 'socket')
  let keeper: Promise<Keeper> | undefined
  const pool = async (): Promise<Pool> => {
    keeper ??= startKeeper()
    return (await keeper).pool
  }
  const server = await servePool(
    {
      prepare: async (name) => (await pool()).prepare(name),
      start: async (request) => (await pool()).start(request),
      restart: async (id) => (await pool()).restart(id),
      stop: async (id) => (await pool()).stop(id),
      list: async () => (await pool()).list(),
    },
    socket,
  )
  return {
    socket,
    close: async () => {
      server.close()
      await (await keeper)?.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
