import { isMfmError, MfmError } from '@mfm/errors'
import type { PoolClient, QueryResultRow } from 'pg'
import type { Call } from './call.ts'
import type { Connections } from './connections.ts'
import type { Trouble } from './postgres-error.ts'
import { connectTrouble, queryTrouble } from './postgres-error.ts'
import type { Statement, Value } from './statement.ts'
import { PLAIN_TEXT } from './statement.ts'

export interface Answer<Row> {
  readonly rows: readonly Row[]
  /** Rows that were found, or written. */
  readonly count: number
  /** A copy of the statement was sent before, and what became of it is not known. */
  readonly isResent: boolean
}

/** Pauses between tries: the first is short, for a connection that had ended unnoticed. */
const FIRST_PAUSE_MILLIS = 5
const LONGEST_PAUSE_MILLIS = 400

/** Runs statements, each on whatever connection is free, until they have an answer. */
export class Database {
  readonly connections: Connections

  constructor(connections: Connections) {
    this.connections = connections
  }

  /**
   * Runs a statement. After a lost connection, a restart of the server, a deadlock or a serialization failure it is
   * sent again, as long as the call lasts.
   *
   * @throws MfmError `store_outcome_unknown` where a change was sent and its answer is lost for good
   */
  async run<Row>(
    call: Call,
    statement: Statement<Row>,
    values: readonly Value[],
  ): Promise<Answer<Row>> {
    let isResent = false
    try {
      for (let tries = 0; ; tries++) {
        const { result, trouble } = await this.#try(call, statement, values)
        if (result !== undefined) {
          return { rows: result.rows, count: result.rowCount ?? 0, isResent }
        }
        isResent ||= trouble.isLost && statement.isChange
        const goesOn = trouble.mayPass && (call.isPatient || !trouble.isRefused)
        if (!(goesOn && (await call.pause(pauseAfter(tries))))) throw trouble.error
      }
    } catch (error) {
      throw isResent && isMfmError(error) ? unknownOutcome(error) : error
    }
  }

  /** Runs `work` on one connection, without a second try. */
  async session<T>(call: Call, work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.connections.take(call).catch((error) => {
      throw call.isOver ? error : connectTrouble(error).error
    })
    const isSound = (): boolean => false // it may stand in the middle of a transaction
    try {
      return await this.connections.use(call, client, { isChange: false, isSound, run: work })
    } catch (error) {
      throw call.isOver ? error : queryTrouble(error).error
    }
  }

  /** @throws why the call ended */
  async #try<Row>(
    call: Call,
    { name, text, isChange }: Statement<Row>,
    values: readonly Value[],
  ): Promise<Try<Row>> {
    let client: PoolClient
    try {
      client = await this.connections.take(call)
    } catch (error) {
      if (call.isOver) throw error
      return { result: undefined, trouble: connectTrouble(error) }
    }
    const config = { name, text, values: Array.from(values), types: PLAIN_TEXT }
    const run = (): Promise<Result<Row>> => client.query<Row & QueryResultRow>(config)
    try {
      const result = await this.connections.use(call, client, { isChange, isSound, run })
      return { result, trouble: undefined }
    } catch (error) {
      if (call.isOver) throw error
      return { result: undefined, trouble: queryTrouble(error) }
    }
  }
}

/** What `pg` gives for a statement. */
interface Result<Row> {
  readonly rows: readonly Row[]
  readonly rowCount: number | null
}

type Try<Row> =
  | { readonly result: Result<Row>; readonly trouble: undefined }
  | { readonly result: undefined; readonly trouble: Trouble }

function isSound(error: unknown): boolean {
  return !queryTrouble(error).isLost
}

function pauseAfter(tries: number): number {
  const longest = Math.min(FIRST_PAUSE_MILLIS * 2 ** tries, LONGEST_PAUSE_MILLIS)
  return longest * (0.5 + Math.random() / 2)
}

function unknownOutcome(error: MfmError): MfmError {
  return new MfmError('store_outcome_unknown', { details: error.details ?? {}, cause: error })
}
