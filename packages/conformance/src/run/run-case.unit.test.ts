import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { CaseContext, ConformanceCase } from '../case.ts'
import type { Harness, OpenedStores } from '../harness.ts'
import { runCase } from './run-case.ts'

function caseOf(run: (context: CaseContext<'any'>) => Promise<void>): ConformanceCase<'any'> {
  return { id: 'XX-99b', subject: 'any', level: 0, title: 't', why: 'w', run }
}

/** A harness that records what happens to it. */
function recorder(given: Partial<Harness> = {}, close = async (): Promise<void> => undefined) {
  const log: string[] = []
  const harness: Harness = {
    name: 'store-none',
    version: '1.0.0',
    contract: '1.x',
    ports: [],
    isShared: true,
    open: async (scope): Promise<OpenedStores> => {
      log.push(`open ${scope.at(-1)}`)
      return {
        close: async () => {
          log.push(`close ${scope.at(-1)}`)
          await close()
        },
      }
    },
    destroy: async (scope) => {
      log.push(`destroy ${scope.at(-1)}`)
    },
    ...given,
  }
  return { harness, log }
}

const fail = caseOf(async () => {
  throw new Error('the reason')
})
const pass = caseOf(async () => undefined)

describe('runCase', () => {
  it('closes what the case opened, then destroys its scopes', async () => {
    const { harness, log } = recorder()
    const one = caseOf(async (context) => {
      await context.open()
      await context.openOther()
      await context.open()
    })
    expect(await runCase(harness, one)).toMatchObject({ status: 'passed', case: one })
    expect(log).toEqual([
      ...['open a', 'open b', 'open a'],
      ...['close a', 'close b', 'close a', 'destroy a', 'destroy b'],
    ])
  })

  it('cleans up after a case that failed, and keeps its error', async () => {
    const { harness, log } = recorder()
    const one = caseOf(async (context) => {
      void context.open()
      throw new Error('the reason')
    })
    const result = await runCase(harness, one)
    expect(result).toMatchObject({ status: 'failed', error: { message: 'the reason' } })
    expect(log).toEqual(['open a', 'close a', 'destroy a', 'destroy b'])
  })

  it('gives scopes of the promised form, others every time', async () => {
    const { harness } = recorder()
    const scopes: string[] = []
    const one = caseOf(async ({ scope, otherScope }) => void scopes.push(scope, otherScope))
    await runCase(harness, one)
    await runCase(harness, one)
    for (const scope of scopes) expect(scope).toMatch(/^[a-z0-9-]{1,40}$/)
    expect(new Set(scopes).size).toBe(4)
  })

  it('fails a case whose cleaning up fails', async () => {
    const { harness } = recorder({}, async () => {
      throw new Error('close failed')
    })
    const one = caseOf(async (context) => void (await context.open()))
    const result = await runCase(harness, one)
    expect(result).toMatchObject({
      status: 'failed',
      error: { errors: [{ message: 'close failed' }] },
    })
  })

  it('ends a case that takes too long, and aborts its signal', async () => {
    let reason: unknown
    const one = caseOf(async ({ signal }) => {
      signal.addEventListener('abort', () => {
        reason = signal.reason
      })
      await setTimeout(60_000, undefined, { ref: false })
    })
    const result = await runCase(recorder().harness, one, { timeoutMs: 20 })
    expect(result).toMatchObject({ status: 'failed', error: reason })
    expect(reason).toBeInstanceOf(Error)
  })

  it('fails a case that leaves a listener warning', async () => {
    const one = caseOf(async () => {
      const { signal } = new AbortController()
      const target = new EventTarget()
      process.emitWarning('a leak', 'MaxListenersExceededWarning')
      target.addEventListener('x', () => undefined, { signal })
      await setTimeout(1)
    })
    const result = await runCase(recorder().harness, one)
    expect(result).toMatchObject({ status: 'failed', error: { message: 'a leak' } })
  })

  it('fails a case that leaves a rejection that nobody handles', async () => {
    const one = caseOf(async () => void Promise.reject(new Error('left alone')))
    const result = await runCase(recorder().harness, one)
    expect(result).toMatchObject({ status: 'failed', error: { cause: { message: 'left alone' } } })
  })

  it('gives its reason to a failure that is expected', async () => {
    const exceptions = [{ case: 'XX-99b', reason: 'the server cannot' }]
    const result = await runCase(recorder({ exceptions }).harness, fail)
    expect(result).toMatchObject({ status: 'excepted', exception: exceptions[0] })
  })

  it('fails an exception for a case that passes', async () => {
    const exceptions = [{ case: 'XX-99b', reason: 'the server cannot' }]
    expect(await runCase(recorder({ exceptions }).harness, pass)).toMatchObject({
      status: 'failed',
    })
  })

  it('draws the same numbers under the same seed, and others under another seed or id', async () => {
    const drawn = async (id: string, seed: number): Promise<number[]> => {
      const numbers: number[] = []
      const one = { ...caseOf(async ({ random }) => void numbers.push(random(), random())), id }
      await runCase(recorder().harness, one, { seed })
      return numbers
    }
    const numbers = await drawn('XX-1', 7)
    expect(await drawn('XX-1', 7)).toEqual(numbers)
    expect(await drawn('XX-1', 8)).not.toEqual(numbers)
    expect(await drawn('XX-2', 7)).not.toEqual(numbers)
    for (const number of numbers) expect(number >= 0 && number < 1).toBe(true)
  })

  it('repeats by the effort, and at least once', async () => {
    const rounds: number[] = []
    const one = caseOf(async (context) => void rounds.push(context.rounds(20)))
    for (const effort of [undefined, 0.01, 0.5, 3]) {
      await runCase(recorder().harness, one, { effort })
    }
    expect(rounds).toEqual([20, 1, 10, 60])
  })
})
