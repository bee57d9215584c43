import process from 'node:process'
import type { AddressOf, AnyAddress, ServiceName } from './addresses.ts'
import { addressFromEnvironment } from './addresses.ts'
import { BROKER_VARIABLE } from './broker.ts'
import type { Pool } from './pool.ts'
import type { Settings } from './servers/server.ts'
import { poolAt } from './socket.ts'
import type { Keeper } from './start-keeper.ts'
import { newFolder, startKeeper } from './start-keeper.ts'

interface PrivateControls extends AsyncDisposable {
  /**
   * Ends the server in order and starts it again at the same address. Redis, PostgreSQL and NATS keep their data; of S3 only
   * the gateway is restarted, before objects that are in the memory of another process.
   */
  restart(): Promise<void>
  /** Stops the server and removes what it kept. Without it the server is stopped at the end of the run. */
  stop(): Promise<void>
}

/** A server of the caller's own, which nobody else uses: it may be wiped, restarted and set as one likes. */
export type PrivateService<Name extends ServiceName> = AddressOf[Name] & PrivateControls

let keeper: Promise<Keeper> | undefined

const currentPool = async (): Promise<Pool> => {
  const broker = process.env[BROKER_VARIABLE]
  if (broker !== undefined) return poolAt(broker)
  keeper ??= newFolder().then(startKeeper)
  return (await keeper).pool
}

// The pool answers with the address of the kind that was asked for: its record of kinds is keyed by the name.
const asAddressOf = <Name extends ServiceName>(address: AnyAddress): AddressOf[Name] =>
  address as AddressOf[Name]

/**
 * The address of a server that all tests of a run share: from the environment (`MFM_TEST_…_URL`) when it is there, else
 * started on first use. Use a database, a key prefix or a bucket of your own; a test that wipes or restarts the server
 * takes a {@link privateService}.
 *
 * @throws Error that says how to get the server when it is neither here nor can be installed.
 * @example const { url } = await service('redis')
 */
export const service = async <Name extends ServiceName>(name: Name): Promise<AddressOf[Name]> => {
  const given = addressFromEnvironment(name, process.env)
  if (given !== undefined) return asAddressOf(given)
  const pool = await currentPool()
  const { address } = await pool.start({ name, isPrivate: false, settings: {} })
  return asAddressOf(address)
}

/**
 * Starts a server for the caller alone; never one from the environment, which is not ours to restart.
 *
 * @param settings in the server's words: `{ 'maxmemory-policy': 'allkeys-lru' }` for Redis, `{ max_connections: '5' }`
 * for PostgreSQL,
 * `{ max_payload: '65536' }` for NATS, `{ 'rgw max concurrent requests': '8' }` for S3.
 * @example await using redis = await privateService('redis')
 */
export const privateService = async <Name extends ServiceName>(
  name: Name,
  settings: Settings = {},
): Promise<PrivateService<Name>> => {
  const pool = await currentPool()
  const { id, address } = await pool.start({ name, isPrivate: true, settings })
  const stop = (): Promise<void> => pool.stop(id)
  const restart = (): Promise<void> => pool.restart(id)
  const controls: PrivateControls = { restart, stop, [Symbol.asyncDispose]: stop }
  return { ...asAddressOf<Name>(address), ...controls }
}

/** Stops what this process started. Not needed in tests, nor before a process ends: the servers end with it. */
export const stopServices = async (): Promise<void> => {
  const current = keeper
  keeper = undefined
  await (await current)?.close()
}
