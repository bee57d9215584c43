import { setTimeout as delay } from 'node:timers/promises'
import { MfmError } from '@mfm/errors'
import type { ClientConfig, Pool, PoolClient, PoolConfig } from 'pg'
import pg from 'pg'
import type { Call } from './call.ts'
import { CANCEL_MILLIS, cancelStatement, copyOf } from './cancel.ts'
import type { CheckedOptions } from './options.ts'

/** What a short statement needs to end by itself, so that its connection is as good as before. */
const NATURAL_END_MILLIS = 50
/** How long a change whose caller has left is waited for, so that the caller learns what became of it. */
const CHANGE_MILLIS = 120
/** An unused connection is given back after this time. */
const IDLE_MILLIS = 10_000

/** The connections of a store: a pool of its own, or one that it was lent. */
export class Connections {
  readonly #pool: Pool
  readonly #isOwned: boolean
  readonly #open: Set<PoolClient> = new Set()
  /** Connections that their callers have left while the server was busy. */
  readonly #left: Set<Promise<void>> = new Set()

  constructor(options: CheckedOptions) {
    this.#isOwned = options.pool === undefined
    this.#pool = options.pool ?? new pg.Pool(poolConfig(options))
    // An unused connection that ends is no error: the next call takes another. Unheard, it would end the process.
    if (this.#pool.listenerCount('error') === 0) this.#pool.on('error', ignore)
    this.#pool.on('connect', this.#onConnect)
  }

  /** For a connection beside the pool. */
  get config(): ClientConfig {
    return copyOf(this.#pool.options)
  }

  /** Runs `work` on one connection, which no one else uses meanwhile. */
  async use<T>(call: Call, client: PoolClient, work: Work<T>): Promise<T> {
    const running = work.run(client)
    try {
      const result = await call.race(running)
      client.release()
      return result
    } catch (error) {
      if (!call.isOver) {
        client.release(!work.isSound(error))
        throw error
      }
      const leaving = this.#leave(client, running, work.isSound)
      this.#left.add(leaving)
      void leaving.finally(() => this.#left.delete(leaving))
      if (!work.isChange) throw error
      return await answerWithin(CHANGE_MILLIS, running, error)
    }
  }

  /** A connection; one that comes when the call is over goes back. */
  async take(call: Call): Promise<PoolClient> {
    if (this.#pool.ending) {
      throw new MfmError('store_unavailable', { message: 'the pool has been ended by its owner' })
    }
    const taking = this.#pool.connect()
    let client: PoolClient
    try {
      client = await call.race(taking)
    } catch (error) {
      if (call.isOver) taking.then((late) => late.release(), ignore)
      throw error
    }
    // The statement that runs says it as well. A pool that was lent has clients from before.
    if (client.listenerCount('error') === 0) client.on('error', ignore)
    return client
  }

  /** Ends what was opened here. Only when no call is under way. */
  async end(): Promise<void> {
    await Promise.all(this.#left)
    this.#pool.off('connect', this.#onConnect)
    if (!this.#isOwned) return
    const force = setTimeout(() => {
      for (const { connection } of this.#open) connection.stream.destroy()
    }, CANCEL_MILLIS)
    await this.#pool.end()
    clearTimeout(force)
  }

  /**
   * Listens from the very first: a server that stops may end a connection in the same packet in which it accepts it,
   * before the promise of the pool is settled.
   */
  readonly #onConnect = (client: PoolClient): void => {
    client.on('error', ignore)
    this.#open.add(client)
    client.once('end', () => this.#open.delete(client))
  }

  /** Gives a connection back whose caller has left: as it is where its statement ends by itself, else ended. */
  async #leave(
    client: PoolClient,
    running: Promise<unknown>,
    isSound: (error: unknown) => boolean,
  ): Promise<void> {
    const settled = running.then(() => true, isSound)
    const isAtRest = await Promise.race([settled, delay(NATURAL_END_MILLIS, undefined)])
    if (isAtRest === undefined) {
      await Promise.race([cancelStatement(this.config, client), delay(CANCEL_MILLIS)])
      await Promise.race([settled, delay(NATURAL_END_MILLIS)])
    }
    client.release(isAtRest !== true)
  }
}

export interface Work<T> {
  readonly isChange: boolean
  /** Whether the connection is as good as before after this error. */
  isSound(error: unknown): boolean
  run(client: PoolClient): Promise<T>
}

async function answerWithin<T>(millis: number, running: Promise<T>, late: unknown): Promise<T> {
  const answer = running.then(
    (result) => ({ result }),
    () => undefined,
  )
  const given = await Promise.race([answer, delay(millis, undefined)])
  if (given === undefined) throw late
  return given.result
}

function poolConfig({ url, connection, poolSize, callTimeoutMillis }: CheckedOptions): PoolConfig {
  return {
    ...connection,
    ...(url === undefined ? {} : { connectionString: url }),
    max: poolSize,
    connectionTimeoutMillis: callTimeoutMillis,
    statement_timeout: callTimeoutMillis,
    idleTimeoutMillis: IDLE_MILLIS,
    allowExitOnIdle: true,
    keepAlive: true,
    fallback_application_name: 'mfm',
  }
}

function ignore(): void {
  // See where it is used.
}
