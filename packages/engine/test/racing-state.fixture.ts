import { setImmediate as turn } from 'node:timers/promises'
import type { JsonValue, Plan, StateTools, Stores } from '@mfm/core-types'
import { isMfmError, MfmError } from '@mfm/errors'
import fc from 'fast-check'
import { planOf, stateOf } from './plan.fixture.ts'

/** What a state does, in words of which states are made that race with themselves. */
export type Step =
  | { readonly do: 'call'; readonly key: number }
  | { readonly do: 'insist' | 'time' | 'noise' | 'emit' }
  | { readonly do: 'value' | 'look' | 'read' | 'write' | 'stream'; readonly key: number }
  | { readonly do: 'all' | 'race'; readonly branches: readonly (readonly Step[])[] }

const key = fc.nat({ max: 2 })

export const { steps } = fc.letrec<{ step: Step; steps: Step[] }>((tie) => ({
  steps: fc.array(tie('step'), { maxLength: 4 }),
  step: fc.oneof(
    { depthSize: 'small' },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('call' as const), key }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('insist', 'time', 'noise', 'emit') }) },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constantFrom('value', 'look', 'read', 'write'), key }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('stream' as const), key }) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constantFrom('all', 'race'),
        branches: fc.array(tie('steps'), { minLength: 2, maxLength: 3 }),
      }),
    },
  ),
}))

/** States that leave behind what came of each step, in the order in which it came. */
export function racingPlan(states: readonly (readonly Step[])[]): Plan {
  return planOf(
    states.map((own, index) =>
      stateOf(`s${index}`, async (tools) => {
        const log: JsonValue[] = []
        await perform(own, tools, log)
        tools.context.write(`log_${index}`, log)
      }),
    ),
    states.slice(1).map((_, index) => [`s${index}`, `s${index + 1}`]),
  )
}

async function perform(own: readonly Step[], tools: StateTools, log: JsonValue[]): Promise<void> {
  for (const [index, step] of own.entries()) {
    if ('branches' in step) {
      const running = step.branches.map((branch) => perform(branch, tools, log))
      await (step.do === 'race' ? Promise.race(running) : Promise.all(running))
      log.push('joined')
    } else {
      log.push([index, step.do, await ask(step, tools, log)])
    }
  }
}

async function ask(
  step: Exclude<Step, { readonly branches: unknown }>,
  { io, context, events }: StateTools,
  log: readonly JsonValue[],
): Promise<JsonValue> {
  switch (step.do) {
    case 'call':
      return await call(io, `k${step.key}`).catch((error: unknown) =>
        isMfmError(error) ? error.code : 'other',
      )
    case 'insist':
      return await call(io, `k${log.length % 3}`)
    case 'time':
      return await io.nowMillis()
    case 'noise':
      return [...(await io.randomBytes(2))]
    case 'emit':
      await events.emit('so_far', log.length)
      return null
    case 'value':
      return await io.recordValue(`v${step.key}`, step.key)
    case 'stream':
      return await stream(io, step.key, log).catch((error: unknown) =>
        isMfmError(error) ? error.code : 'other',
      )
    case 'look':
      return (await io.getRecordedFact(`k${step.key}`)) ?? null
    case 'read':
      return (await context.read(`log_${step.key}`)) ?? null
    case 'write':
      context.write(`log_${step.key}`, log.length)
      return null
  }
}

async function call(io: StateTools['io'], factKey: string): Promise<JsonValue> {
  return (await io.call({ namespace: 'test', request: { factKey }, factKey })).response
}

/** Opens a body and reads some of it; what is left of it is for the end of the attempt. */
async function stream(
  io: StateTools['io'],
  reads: number,
  log: readonly JsonValue[],
): Promise<JsonValue> {
  const seen: JsonValue[] = []
  const { body } = await io.call({
    namespace: 'test',
    request: { reads },
    stream: true,
    perform: async () => ({ response: null, body: chunks(reads) }),
  })
  for (let count = 0; count < reads; count += 1) {
    const { value } = (await body?.next()) ?? {}
    // Who has come until now shows.
    seen.push([value?.[0] ?? null, log.length])
  }
  return seen
}

async function* chunks(pauses: number): AsyncGenerator<Uint8Array> {
  for (let wait = 0; wait < pauses; wait += 1) await turn()
  yield Uint8Array.of(pauses)
  await turn()
}

/** A world, and stores, that answer after a while and not always; they follow the moods, and die with the process. */
export class MoodyWorld {
  readonly #moods: readonly number[]
  readonly #death = Promise.withResolvers<void>()
  #asked = 0
  #left: number

  /** @param lives how often it is asked before the process dies */
  constructor(moods: readonly number[], lives: number = Number.POSITIVE_INFINITY) {
    this.#moods = moods
    this.#left = lives
  }

  /** Resolves when the process has died: nothing that takes time comes to an end any more. */
  async died(): Promise<void> {
    await this.#death.promise
    await turn()
  }

  async answer(): Promise<JsonValue> {
    const mood = await this.#wait()
    if (mood >= 12) throw new MfmError('http_timeout')
    return { number: this.#asked }
  }

  stores({ events, artifacts, facts, atomic, ...stores }: Stores): Stores {
    return {
      events: this.#slow(events, ['append']),
      artifacts: this.#slow(artifacts, ['get', 'getMany', 'put']),
      facts: this.#slow(facts, ['get']),
      ...(atomic && { atomic: this.#slow(atomic, ['recordAtomically']) }),
      close: () => stores.close(),
    }
  }

  #slow<Store extends object>(store: Store, methods: readonly string[]): Store {
    return new Proxy(store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        const method = member.bind(target)
        if (!methods.includes(String(name))) return method
        return async (...given: unknown[]) => {
          await this.#wait()
          return await method(...given)
        }
      },
    })
  }

  async #wait(): Promise<number> {
    const mood = this.#moods[this.#asked % this.#moods.length] ?? 0
    this.#asked += 1
    this.#left -= 1
    if (this.#left < 0) this.#death.resolve()
    for (let wait = 0; wait < mood % 4; wait += 1) await turn()
    if (this.#left < 0) await new Promise<never>(() => undefined)
    return mood
  }
}
