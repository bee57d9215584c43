import assert from 'node:assert/strict'
import type { CaseContext } from '../case.ts'
import type { Chance } from '../cases/support/samples.ts'
import { forkChance, upTo } from '../cases/support/samples.ts'
import type { Model } from '../models/model.ts'
import { checkLinearizable } from './linearizable.ts'
import type { Operation } from './operation.ts'
import { describeHistory } from './operation.ts'

/** One client: what it calls next, given what it has learned. */
export interface Client<Call, Answer> {
  next(): Call
  learn(call: Call, answer: Answer): void
}

/** What several clients do to some objects of a store at once. */
export interface Experiment<State, Call, Answer> {
  readonly model: Model<State, Call, Answer>
  /** The object that a call is about, such as a run or a key. */
  objectOf(call: Call): string
  client(index: number, chance: Chance): Client<Call, Answer>
  /** Makes the call. What the contract answers with an error, such as a conflict, resolves to that answer. */
  perform(client: number, call: Call): Promise<Answer>
  /** Whether a call that rejects so may have happened; where absent none may reject at all. */
  isUnknown?(error: unknown): boolean
}

export interface HistorySize {
  readonly clients: number
  /** Calls of each client. */
  readonly calls: number
}

/** What the contract asks for; many small histories find more than one long one, and are decided in milliseconds. */
export const HISTORY_SIZE: HistorySize = { clients: 8, calls: 25 }

/** Lets the clients work side by side; gives what they saw. */
async function recordHistory<State, Call, Answer>(
  experiment: Experiment<State, Call, Answer>,
  chance: Chance,
  { clients, calls }: HistorySize = HISTORY_SIZE,
): Promise<readonly Operation<Call, Answer>[]> {
  const operations: Operation<Call, Answer>[] = []
  let clock = 0
  const work = async (index: number, client: Client<Call, Answer>): Promise<void> => {
    for (let done = 0; done < calls; done++) {
      const call = client.next()
      const calledAt = ++clock
      try {
        const answer = await experiment.perform(index, call)
        operations.push({ client: index, call, calledAt, returnedAt: ++clock, answer })
        client.learn(call, answer)
      } catch (error) {
        if (experiment.isUnknown?.(error) !== true) throw error
        const returnedAt = Number.POSITIVE_INFINITY
        operations.push({ client: index, call, calledAt, returnedAt, answer: undefined })
      }
    }
  }
  // Each client draws from its own sequence: how they take turns is up to the store.
  const chances = upTo(clients).map(() => forkChance(chance))
  await Promise.all(chances.map((own, index) => work(index, experiment.client(index, own))))
  return operations
}

/** @throws AssertionError where no order explains the answers, with the history; or where the search was given up. */
function assertLinearizable<State, Call, Answer>(
  { model, objectOf }: Pick<Experiment<State, Call, Answer>, 'model' | 'objectOf'>,
  operations: readonly Operation<Call, Answer>[],
): void {
  const objects = Map.groupBy(operations, ({ call }) => objectOf(call))
  for (const [object, own] of objects) {
    const verdict = checkLinearizable(model, own)
    if (verdict.kind === 'linearizable') continue
    assert.notEqual(verdict.kind, 'undecided', `${own.length} calls on ${object} were not decided`)
    if (verdict.kind === 'undecided') continue
    assert.fail(
      `no order of the calls on ${object} explains\n${describeHistory([verdict.inexplicable])}\n` +
        `among\n${describeHistory(verdict.operations)}`,
    )
  }
}

/**
 * Records `times` histories, each of an experiment of its own, and checks every one. What the histories come to is
 * noted, so that a report shows how much was decided.
 */
export async function checkHistories<State, Call, Answer>(
  context: CaseContext,
  times: number,
  newExperiment: (chance: Chance) => Promise<Experiment<State, Call, Answer>>,
): Promise<void> {
  let calls = 0
  let unknown = 0
  const histories = context.rounds(times)
  for (let round = 0; round < histories; round++) {
    context.signal.throwIfAborted()
    const chance = forkChance(context)
    const experiment = await newExperiment(chance)
    const operations = await recordHistory(experiment, chance)
    assertLinearizable(experiment, operations)
    calls += operations.length
    unknown += operations.filter(({ answer }) => answer === undefined).length
  }
  context.note(`${histories} histories of ${calls} calls, ${unknown} of unknown outcome`)
}
