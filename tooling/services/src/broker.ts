// For all test files of a run to share their servers: a socket in the main process of the run, which starts the keeper
// of the servers when the first test asks for one.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Pool } from './pool.ts'
import { servePool } from './socket.ts'
import type { Keeper } from './start-keeper.ts'
import { newFolder, startKeeper } from './start-keeper.ts'

/** Names the socket of the broker to the processes of the tests. */
export const BROKER_VARIABLE = 'MFM_TEST_SERVICES_SOCKET'

export interface Broker {
  readonly socket: string
  /** Stops the servers, if any were started. */
  close(): Promise<void>
}

export const startBroker = async (): Promise<Broker> => {
  const folder = await newFolder()
  const socket = join(folder, 'broker')
  let keeper: Promise<Keeper> | undefined
  const pool = async (): Promise<Pool> => {
    keeper ??= startKeeper(folder)
    return (await keeper).pool
  }
  const forward: Pool = {
    start: async (request) => (await pool()).start(request),
    restart: async (id) => (await pool()).restart(id),
    stop: async (id) => (await pool()).stop(id),
    list: async () => (await pool()).list(),
  }
  const server = await servePool(forward, socket)
  return {
    socket,
    close: async () => {
      server.close()
      await (await keeper)?.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
