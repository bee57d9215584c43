import type { IoProvider } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { planOf, stateOf } from '../../test/plan.fixture.ts'
import { Bench, config, RUN, retries } from '../../test/run.fixture.ts'

/** A state that waits for its signal, then ends as it likes. */
function waiting(onWait: () => void): ReturnType<typeof stateOf> {
  return stateOf('s', async ({ signal }) => {
    const aborted = Promise.withResolvers<void>()
    signal.addEventListener('abort', () => aborted.resolve())
    onWait()
    await aborted.promise
    throw signal.reason
  })
}

describe('interrupt', () => {
  it('ends the attempt and leaves a run that can be resumed', async () => {
    const bench = new Bench()
    const stop = new AbortController()
    const plan = planOf([waiting(() => stop.abort())])
    const result = await bench.engine.start({
      plan,
      runConfig: config(),
      runId: RUN,
      signal: stop.signal,
    })
    expect(result.phase).toBe('running')
    expect((await bench.shape()).at(-1)).toBe('state_failed(attempt_interrupted)')
    const resumed = await bench.engine.resume({ plan: planOf(['s']), runId: RUN })
    expect(resumed.phase).toBe('completed')
  })

  it('does not use up a retry', async () => {
    const bench = new Bench()
    const stop = new AbortController()
    const plan = planOf([waiting(() => stop.abort())])
    await bench.engine.start({
      plan,
      runConfig: config({ retry: retries(1) }),
      runId: RUN,
      signal: stop.signal,
    })
    expect((await bench.engine.resume({ plan: planOf(['s']), runId: RUN })).phase).toBe('completed')
  })

  it('before the first state leaves a run without attempts', async () => {
    const bench = new Bench()
    const plan = planOf(['s'])
    const signal = AbortSignal.abort()
    const result = await bench.engine.start({ plan, runConfig: config(), runId: RUN, signal })
    expect(result.phase).toBe('running')
    expect(await bench.shape()).toEqual(['run_started(S0)'])
  })
})

describe('a state that ignores its signal', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it('is left behind after the grace, and can do nothing more', async () => {
    const bench = new Bench()
    const stop = new AbortController()
    const entered = Promise.withResolvers<IoProvider>()
    const plan = planOf([
      stateOf('s', async ({ io }) => {
        entered.resolve(io)
        await new Promise(() => undefined)
      }),
    ])
    const request = { plan, runConfig: config(), runId: RUN, signal: stop.signal }
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const running = bench.engine.start(request)
    const io = await entered.promise
    stop.abort()
    await vi.advanceTimersByTimeAsync(2_000)
    expect((await running).phase).toBe('running')
    await expect(io.nowMillis()).rejects.toMatchObject({ code: 'attempt_ended' })
    expect((await bench.shape()).at(-1)).toBe('state_failed(attempt_interrupted)')
  })

  it('takes no more input once it is stopped', async () => {
    const bench = new Bench()
    const stop = new AbortController()
    const plan = planOf([
      stateOf('s', async ({ io }) => {
        stop.abort()
        await io.nowMillis()
      }),
    ])
    await bench.engine.start({ plan, runConfig: config(), runId: RUN, signal: stop.signal })
    expect((await bench.shape()).includes('fact')).toBe(false)
  })
})

describe('cancel', () => {
  it('ends the run for good', async () => {
    const bench = new Bench()
    const stop = new AbortController()
    const plan = planOf([waiting(() => stop.abort(new MfmError('run_cancelled')))])
    const result = await bench.engine.start({
      plan,
      runConfig: config(),
      runId: RUN,
      signal: stop.signal,
    })
    expect(result.phase).toBe('cancelled')
    expect(await bench.shape()).toEqual([
      'run_started(S0)',
      'state_entered(0,S0)',
      'state_failed(attempt_interrupted)',
      'run_completed(cancelled,S0)',
    ])
    expect((await bench.engine.resume({ plan, runId: RUN })).phase).toBe('cancelled')
  })
})

describe('deadlines', () => {
  it('of an attempt count as tries', async () => {
    const bench = new Bench()
    const plan = planOf([waiting(() => undefined)])
    const runConfig = config({ attemptDeadlineMillis: 50, retry: retries(2) })
    const result = await bench.engine.start({ plan, runConfig, runId: RUN })
    expect(result).toMatchObject({
      phase: 'failed',
      failure: { error: { code: 'attempt_deadline_exceeded' } },
    })
    expect((await bench.shape()).filter((event) => event.startsWith('state_entered')).length).toBe(
      2,
    )
  })

  it('of the run end it as failed, with the reason', async () => {
    const bench = new Bench()
    const plan = planOf([waiting(() => undefined)])
    const result = await bench.engine.start({
      plan,
      runConfig: config({ runDeadlineMillis: 50 }),
      runId: RUN,
    })
    expect(result).toMatchObject({
      phase: 'failed',
      failure: { error: { code: 'run_deadline_exceeded' } },
    })
  })
})

describe('after an attempt has ended', () => {
  it('its io and events are shut, and what it left in flight was waited for', async () => {
    const bench = new Bench()
    const late: Promise<unknown>[] = []
    const plan = planOf(
      [
        stateOf('s', async ({ io }) => {
          void io.call({ namespace: 'test', request: { forgotten: true } })
          late.push(Promise.resolve().then(async () => ({ io })))
        }),
        stateOf('t', async () => {
          const [kept] = (await Promise.all(late)) as [{ io: { nowMillis: () => Promise<number> } }]
          await kept.io.nowMillis()
        }),
      ],
      [['s', 't']],
    )
    const result = await bench.engine.start({ plan, runConfig: config(), runId: RUN })
    expect(result.failure?.error.code).toBe('attempt_ended')
    expect((await bench.shape()).slice(2, 4)).toEqual(['fact', 'state_completed(S0)'])
  })
})

describe('a pure state', () => {
  it('is refused outside input', async () => {
    const bench = new Bench()
    const plan = planOf([
      stateOf('s', async ({ io }) => void (await io.nowMillis()), { sideEffects: 'pure' }),
    ])
    const result = await bench.engine.start({ plan, runConfig: config(), runId: RUN })
    expect(result.failure?.error.code).toBe('io_not_allowed')
  })
})

describe('undeclared context keys', () => {
  it('are refused to read and to write', async () => {
    for (const action of ['read', 'write'] as const) {
      const plan = planOf([
        stateOf(
          's',
          async ({ context }) => {
            if (action === 'read') await context.read('other')
            else context.write('mine', 1)
          },
          { reads: ['mine'], writes: [] },
        ),
      ])
      const result = await new Bench().engine.start({ plan, runConfig: config() })
      expect(result.failure?.error.code).toBe('context_key_undeclared')
    }
  })
})
