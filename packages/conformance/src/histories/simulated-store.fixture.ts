import type { Chance } from '../cases/support/samples.ts'
import { forkChance, someInteger, upTo } from '../cases/support/samples.ts'
import type { Client, HistorySize } from './check-histories.ts'
import type { Operation } from './operation.ts'

export interface Simulation<Call, Answer> extends HistorySize {
  readonly chance: Chance
  client(index: number, chance: Chance): Client<Call, Answer>
  /** What the store does at the moment of the call's effect. */
  effect(call: Call, client: number): Answer
  /** Share of the calls whose reply is lost; half of them take effect, some of those much later. */
  readonly lossRate?: number
}

interface Event {
  readonly at: number
  readonly run: () => void
}

/** A history of clients in simulated time: a call is made, takes effect and returns at random moments, in this order. */
export function simulate<Call, Answer>(
  simulation: Simulation<Call, Answer>,
): readonly Operation<Call, Answer>[] {
  const { chance, lossRate = 0 } = simulation
  const operations: Operation<Call, Answer>[] = []
  const agenda: Event[] = []
  const plan = (at: number, run: () => void): void => void agenda.push({ at, run })

  const begin = (client: Client<Call, Answer>, index: number, left: number): void => {
    const calledAt = now
    const call = client.next()
    const isLost = chance.random() < lossRate
    const goOn = (): void => {
      if (left > 1) plan(now + someTime(chance), () => begin(client, index, left - 1))
    }
    if (isLost) {
      const returnedAt = Number.POSITIVE_INFINITY
      operations.push({ client: index, call, calledAt, returnedAt, answer: undefined })
      const late = chance.random() < 0.3 ? 2000 : 0
      if (chance.random() < 0.5) {
        plan(now + someTime(chance) + late, () => void simulation.effect(call, index))
      }
      plan(now + someTime(chance), goOn)
      return
    }
    plan(now + someTime(chance), () => {
      const answer = simulation.effect(call, index)
      plan(now + someTime(chance), () => {
        operations.push({ client: index, call, calledAt, returnedAt: now, answer })
        client.learn(call, answer)
        goOn()
      })
    })
  }

  let now = 0
  for (const index of upTo(simulation.clients)) {
    const client = simulation.client(index, forkChance(chance))
    plan(someTime(chance), () => begin(client, index, simulation.calls))
  }
  while (agenda.length > 0) {
    agenda.sort((one, other) => one.at - other.at)
    const event = agenda.shift()
    if (event === undefined) break
    now = event.at
    event.run()
  }
  return operations
}

/** Fractions of a unit keep moments apart. */
function someTime(chance: Chance): number {
  return someInteger(chance, 1, 100) + chance.random()
}
