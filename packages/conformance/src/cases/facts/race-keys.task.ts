import { setTimeout as delay } from 'node:timers/promises'
import type { FactIndex, RunId } from '@mfm/core-types'
import type { Task } from '../../children/child.ts'
import { seededRandom } from '../../run/seeded-random.ts'
import { idOf, someInteger, upTo } from '../support/samples.ts'

const AT_ONCE = 20

export interface Race {
  readonly scope: string
  readonly run: RunId
  /** Another run, for what is not part of the race. */
  readonly startRun: RunId
  readonly name: string
  readonly names: readonly string[]
  readonly count: number
}

/** Resolves when every racer has come so far: processes start at very different speeds. */
async function allAtTheStart(facts: FactIndex, { startRun, name, names }: Race): Promise<void> {
  await facts.bindIfUnset(startRun, name, idOf(name))
  for (const other of names) {
    while ((await facts.get(startRun, other)) === undefined) await delay(5)
  }
}

/** Binds keys in an order of its own, and says for each which artifact it got, and what it read some time later. */
export const task: Task = async (harness, given, say) => {
  const race = given as unknown as Race // from processes
  const { scope, run, name, count } = race
  const stores = await harness.open(scope)
  const { facts } = stores
  if (facts === undefined) throw new Error('open gave no facts')
  const chance = { random: seededRandom(0, name) }
  const keys = upTo(count).map((index) => ({ key: `key ${index}`, order: chance.random() }))
  keys.sort((one, other) => one.order - other.order)
  await allAtTheStart(facts, race)
  let wins = 0
  let seen: [string, string][] = []
  for (let first = 0; first < keys.length; first += AT_ONCE) {
    await requireUnchanged(seen)
    seen = await Promise.all(
      keys.slice(first, first + AT_ONCE).map(async ({ key }): Promise<[string, string]> => {
        const { artifactId, inserted } = await facts.bindIfUnset(run, key, idOf(name))
        wins += inserted ? 1 : 0
        return [key, artifactId]
      }),
    )
    say(seen)
  }
  await requireUnchanged(seen)
  say(wins)
  await stores.close()
  await harness.close?.()

  async function requireUnchanged(pairs: readonly [string, string][]): Promise<void> {
    const [key, id] = pairs[someInteger(chance, 0, pairs.length - 1)] ?? ['', undefined]
    if (id !== undefined && (await facts?.get(run, key)) !== id) throw new Error(`${key} flickered`)
  }
}
