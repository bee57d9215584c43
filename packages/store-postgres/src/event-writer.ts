import type { RunId } from '@mfm/core-types'
import { isMfmError, MfmError } from '@mfm/errors'
import type { Call } from './call.ts'
import type { Database } from './database.ts'
import type { EventBatch } from './event-batch.ts'
import { valuesOfMany, valuesOfOne } from './event-batch.ts'
import type { EventStatements } from './event-sql.ts'
import { EVENT_CONSTRAINT } from './postgres-error.ts'
import type { Statement, Value } from './statement.ts'
import { hexOf } from './statement.ts'

/** A statement that writes a batch behind a fence and concerns any rows only where it did. */
export interface Fenced {
  readonly statement: Statement<unknown>
  readonly values: readonly Value[]
  /** Throws what made the fence refuse, where that still holds. */
  explain(call: Call): Promise<void>
}

/** Writes events behind the fence of their run. */
export class EventWriter {
  readonly #database: Database
  readonly #statements: EventStatements

  constructor(database: Database, statements: EventStatements) {
    this.#database = database
    this.#statements = statements
  }

  /** @throws MfmError `event_store_concurrency`, `event_store_corruption`, `store_outcome_unknown` */
  async append(call: Call, batch: EventBatch): Promise<number> {
    const { run, expected, texts } = batch
    const explain = async (): Promise<void> => await this.requireHead(call, run, expected)
    if (texts.length === 0) {
      await explain()
      return expected
    }
    const isSingle = texts.length === 1
    const { begin, append } = isSingle ? this.#statements.single : this.#statements.many
    const statement = expected === 0 ? begin : append
    const values = isSingle ? valuesOfOne(batch) : valuesOfMany(batch)
    return await this.write(call, batch, { statement, values, explain })
  }

  /**
   * Sends the statement until the fence lets it pass, or the reason why it does not is known.
   *
   * Where an answer was lost, the statement was sent again, and the second copy stops at the head that the first one
   * moved: then the events that stand behind `expected` tell whose they are.
   */
  async write(call: Call, batch: EventBatch, fenced: Fenced): Promise<number> {
    const head = batch.expected + batch.texts.length
    let isResent = false
    for (;;) {
      const { statement, values } = fenced
      const answer = await this.#database
        .run(call, statement, values)
        .catch((error) => Promise.reject(asDamage(error, batch)))
      if (answer.count > 0) return head
      isResent ||= answer.isResent
      if (isResent && (await this.#isOurs(call, batch))) return head
      await fenced.explain(call)
    }
  }

  /** @throws MfmError `event_store_concurrency` */
  async requireHead(call: Call, runId: RunId, expected: number): Promise<void> {
    const actual = await this.head(call, runId)
    if (actual === expected) return
    throw new MfmError('event_store_concurrency', {
      message: `run ${runId} is at event ${actual}, not at ${expected}`,
      details: { runId, expected, actual },
    })
  }

  async head(call: Call, run: RunId): Promise<number> {
    const { rows } = await this.#database.run(call, this.#statements.head, [run])
    return Number(rows[0]?.head ?? 0)
  }

  async #isOurs(call: Call, { run, expected, digests }: EventBatch): Promise<boolean> {
    const count = digests.length
    if (count === 0) throw new MfmError('store_outcome_unknown')
    const range = [run, expected, expected + count]
    const { rows } = await this.#database.run(call, this.#statements.digests, range)
    return (
      rows.length === count &&
      rows.every(({ digest }, index) => hexOf(digest ?? '') === digests[index]?.toString('hex'))
    )
  }
}

/** The fence let the events pass, and one of them was there already: the head is not that of the stream. */
function asDamage(error: unknown, { run: runId, expected }: EventBatch): unknown {
  if (!isMfmError(error) || error.details?.['constraint'] !== EVENT_CONSTRAINT) return error
  const details = { runId, seq: expected + 1 }
  return new MfmError('event_store_corruption', { details, cause: error })
}
