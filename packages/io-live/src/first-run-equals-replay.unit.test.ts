import { artifactIdOf, jsonArtifact } from '@mfm/canonical-json'
import type { IoProvider, JsonValue, RequestValue } from '@mfm/core-types'
import { isMfmError, MfmError } from '@mfm/errors'
import { callKey } from '@mfm/facts'
import { FactSource, ReplayIo } from '@mfm/io-replay'
import { SecretGuard, secret } from '@mfm/secrets'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LiveBench, RUN, STATE } from '../test/live.fixture.ts'

type Program = (io: IoProvider, log: (entry: unknown) => void) => Promise<void>

/** What a program saw: values, errors in their wire form, and the order of things. */
async function transcript(program: Program, io: IoProvider): Promise<readonly unknown[]> {
  const seen: unknown[] = []
  try {
    await program(io, (entry) => seen.push(structuredClone(entry)))
  } catch (error) {
    seen.push(thrown(error))
  }
  return seen
}

function thrown(error: unknown): unknown {
  return isMfmError(error) ? error.toInfo() : { notTyped: String(error) }
}

async function replayOf(bench: LiveBench, attempt = 0): Promise<ReplayIo> {
  return new ReplayIo({
    scope: { runId: RUN, stateId: STATE, attempt },
    source: await FactSource.load(bench.stores, RUN),
    guard: new SecretGuard({ mode: 'refuse' }),
  })
}

const bytes = Uint8Array.of(0, 128, 255)
const attachment = { id: artifactIdOf(bytes), bytes }

/** A call that answers with whatever is given, JSON or not. */
const answering = (response: unknown, name = 'x') => ({
  namespace: 'test',
  request: { name },
  perform: async () => ({ response: response as JsonValue }), // no JSON, on purpose
})
const failing = (error: unknown, name = 'x') => ({
  namespace: 'test',
  request: { name },
  perform: () => Promise.reject(error),
})
const attempt = async (log: (entry: unknown) => void, operation: Promise<unknown>) => {
  const seen: unknown = await operation.catch(thrown)
  const isResult = typeof seen === 'object' && seen !== null && 'response' in seen
  log(isResult ? seen.response : seen)
}

class Money {
  readonly amount = 5
}

const LARGE = [1e300, 1e20, -1e20, 2 ** 60, 2 ** 64, 2n ** 60n, 2n ** 64n - 1n, -(2n ** 63n)]
const JSON_VALUES = [null, true, 0.1, -0, ...LARGE, '😀', '\\', [[]], { '"\\': { '"': 1 } }]

const PROGRAMS: Readonly<Record<string, Program>> = {
  'answers of every JSON type': async (io, log) => {
    for (const value of [...JSON_VALUES, { b: 1, a: [2] }]) {
      log((await io.call(answering(value, typeof value))).response)
    }
  },
  'answers that are no JSON': async (io, log) => {
    const own = Object.create({ inherited: 1 })
    const cycle: unknown[] = []
    cycle.push(cycle)
    const values = [
      undefined,
      new Date(0),
      new Money(),
      Number.NaN,
      bytes,
      own,
      cycle,
      new Array(1),
      () => 1,
    ]
    for (const value of [...values, new Map(), '\ud800', 2n ** 65n, { a: undefined }]) {
      await attempt(log, io.call(answering(value)))
    }
  },
  'requests that are no JSON': async (io, log) => {
    for (const value of [undefined, new Date(0), new Money(), Number.NaN, bytes, '\ud800']) {
      const request = { value } as RequestValue // no JSON, on purpose
      await attempt(log, io.call({ ...answering(1), request }))
    }
    log((await io.call(answering('after'))).response)
  },
  'objects that change after they were given': async (io, log) => {
    const response = { list: [1] }
    const request = { list: [1] }
    const calling = io.call({
      namespace: 'test',
      request,
      perform: async (call) => {
        response.list.push(Object(call.request).list.length)
        return { response }
      },
    })
    request.list.push(2)
    const result = await calling
    response.list.push(9)
    log(result.response)
    const value = { list: [1] }
    const recording = io.recordValue('value', value)
    value.list.push(2)
    log(await recording)
  },
  'results that the program changes': async (io, log) => {
    const call = { ...answering({ list: [1] }), factKey: 'k' }
    const first = Object((await io.call(call)).response)
    first.list.push(2)
    log((await io.call(call)).response)
    const noise = await io.randomBytes(2)
    noise.fill(0)
    log(await io.getRecordedFact('k'))
  },
  'failures, tried again and again': async (io, log) => {
    await attempt(log, io.call(failing(new MfmError('http_failed', { details: { a: 1 } }))))
    await attempt(log, io.call(failing(new TypeError('no'))))
    log((await io.call(answering('in the end'))).response)
    await attempt(log, io.call({ ...failing('text'), factKey: 'k' }))
    log(await io.getRecordedFact('k'))
    log((await io.call({ ...answering('bound'), factKey: 'k' })).response)
    log((await io.call({ ...failing('never asked'), factKey: 'k' })).response)
  },
  'keys of its own': async (io, log) => {
    log((await io.call({ ...answering(1), factKey: 'k' })).recordedPayloadId)
    await attempt(log, io.call({ ...answering(2, 'other'), factKey: 'k' }))
    await attempt(log, io.call({ ...answering(2), namespace: 'local', factKey: 'k' }))
    await attempt(log, io.recordValue('k', 7))
    await attempt(log, io.recordValue('v', { a: new Date(0) } as unknown as JsonValue))
    await attempt(log, io.recordValue('v', 7))
    await attempt(log, io.recordValue('v', 7))
    await attempt(log, io.call({ ...answering(2), factKey: 'v' }))
    await attempt(log, io.call({ ...answering(2), factKey: '\ud800' }))
    await attempt(log, io.call({ ...answering(2), namespace: 'No' }))
    await attempt(log, io.recordValue('mfm:failed|run:', 7))
  },
  'a chosen key that is also a derived one': async (io, log) => {
    const twice = async (factKey?: string) => {
      const call = failing(new MfmError('http_failed', { message: `of ${factKey}` }), 'same')
      await attempt(log, io.call(factKey === undefined ? call : { ...call, factKey }))
    }
    const { id } = jsonArtifact('fact_request', { name: 'same' })
    const same = callKey({ namespace: 'test', stateId: STATE, requestId: id, occurrence: 0 })
    await twice()
    await twice(same)
    await twice(same)
    log((await io.call({ ...answering('bound', 'same'), factKey: same })).response)
  },
  'facts that come to be': async (io, log) => {
    log(await io.getRecordedFact('k'))
    const calling = io.call({ ...answering(1), factKey: 'k' })
    await calling
    log(await io.getRecordedFact('k'))
  },
  'time, noise and sleep': async (io, log) => {
    log(await io.nowMillis())
    log(await io.randomBytes(0))
    log(await io.randomBytes(5))
    log(await io.sleepMs(3))
    await attempt(log, io.sleepMs(-1))
    await attempt(log, io.randomBytes(-1))
    log(await Promise.all([io.nowMillis(), io.randomBytes(1), io.nowMillis()]))
  },
  'bytes beside an answer': async (io, log) => {
    const call = {
      namespace: 'test',
      request: 1,
      perform: async () => ({ response: attachment.id, attachments: [attachment] }),
    }
    const result = await io.call(call)
    log(await result.attachment(attachment.id))
    await attempt(log, result.attachment(result.recordedPayloadId ?? attachment.id))
  },
  secrets: async (io, log) => {
    const request = { auth: secret('token') }
    log((await io.call({ ...answering('fine'), request })).response)
    await attempt(log, io.call({ ...answering({ password: 'hunter2-hunter2' }) }))
    const plain = { headers: { password: 'hunter2-hunter2' } }
    await attempt(log, io.call({ ...answering('never'), request: plain }))
    await attempt(log, io.recordValue('v', plain))
  },
}

describe('a first run and its replay', () => {
  it.each(Object.entries(PROGRAMS))('see the same: %s', async (_, program) => {
    const bench = new LiveBench()
    const live = await transcript(program, bench.live())
    expect(live.length).toBeGreaterThan(1)
    const before = await bench.envelopes()
    expect(await transcript(program, await replayOf(bench))).toEqual(live)
    expect(await bench.envelopes()).toEqual(before)
  })

  it.each(Object.entries(PROGRAMS))('see the same attempt by attempt: %s', async (_, program) => {
    const bench = new LiveBench()
    const first = await transcript(program, bench.live({ attempt: 0 }))
    const second = await transcript(program, bench.live({ attempt: 1 }))
    expect(await transcript(program, await replayOf(bench, 0))).toEqual(first)
    expect(await transcript(program, await replayOf(bench, 1))).toEqual(second)
  })

  it('see a call that was given up at the same place', async () => {
    const program =
      (signal?: AbortSignal): Program =>
      async (io, log) => {
        const silent = { ...answering(1), perform: () => new Promise<never>(() => undefined) }
        await attempt(log, io.call(silent, { signal }))
        log((await io.call(answering('next'))).response)
      }
    const bench = new LiveBench()
    const controller = new AbortController()
    const running = transcript(program(controller.signal), bench.live())
    controller.abort()
    const live = await running
    expect(live).toMatchObject([{ code: 'call_aborted' }, 'next'])
    expect(await transcript(program(), await replayOf(bench))).toEqual(live)
  })

  it('see what an earlier attempt recorded in the order in which they ask', async () => {
    const program = (delays: readonly number[]): Program => {
      return async (io, log) => {
        const branches = delays.map(async (delay, index) => {
          const perform = async () => {
            for (let step = 0; step < delay * 20; step++) await Promise.resolve()
            return { response: index }
          }
          await io.call({ namespace: 'test', request: { index }, perform })
          log(index)
          // Which branch gets which time depends on who comes first.
          log(await io.nowMillis())
        })
        await Promise.all(branches)
        await io.call(failing(new MfmError('http_failed')))
      }
    }
    const bench = new LiveBench()
    let now = 0
    const clock = () => now++
    const first = await transcript(program([3, 2, 1, 0]), bench.live({ clock }))
    const second = await transcript(program([3, 2, 1, 0]), bench.live({ clock, attempt: 1 }))
    expect([first[0], second[0]]).toEqual([3, 0])
    expect(await transcript(program([]), await replayOf(bench, 0))).toHaveLength(1)
    expect(await transcript(program([0, 0, 0, 0]), await replayOf(bench, 0))).toEqual(first)
    expect(await transcript(program([0, 0, 0, 0]), await replayOf(bench, 1))).toEqual(second)
  })

  it('see the second caller of a key after the first', async () => {
    const program: Program = async (io, log) => {
      const call = { ...answering('once'), factKey: 'k' }
      const asking = [0, 1, 2].map(async (index) => {
        await io.call(call)
        log(index)
      })
      await Promise.all(asking)
    }
    const bench = new LiveBench()
    expect(await transcript(program, bench.live())).toEqual([0, 1, 2])
    expect(await transcript(program, await replayOf(bench))).toEqual([0, 1, 2])
  })

  it('see concurrent calls settle in the same order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.nat(5), { minLength: 1, maxLength: 12 }),
        async (s, kinds) => {
          const program: Program = async (io, log) => {
            const operations = kinds.map(async (kind, index) => {
              const operation = [
                () => io.call(answering(index, `c${index}`)),
                () => io.call(failing(new MfmError('http_failed'), `f${index}`)),
                () => io.call({ ...answering(index), factKey: `k${index}` }),
                () => io.nowMillis(),
              ][kind]
              await operation?.().catch(() => undefined)
              log(index)
              // What goes on after one call and before the next is part of the order.
              await io.call(answering(index, `then${index}`))
              log(`then ${index}`)
            })
            await Promise.all(operations)
          }
          const bench = new LiveBench()
          const delayed = (io: IoProvider): IoProvider => ({
            ...Object(null),
            nowMillis: () => io.nowMillis(),
            recordValue: (key, value) => io.recordValue(key, value),
            call: (call) => {
              const { perform = () => Promise.reject(new Error('none')) } = call
              const performLate: typeof perform = async (asked) => {
                await s.schedule(Promise.resolve())
                return await perform(asked)
              }
              return io.call({ ...call, perform: performLate })
            },
          })
          const first = await s.waitFor(transcript(program, delayed(bench.live())))
          const retry = transcript(program, delayed(bench.live({ attempt: 1 })))
          const second = await s.waitFor(retry)
          expect(await transcript(program, await replayOf(bench, 0))).toEqual(first)
          expect(await transcript(program, await replayOf(bench, 1))).toEqual(second)
        },
      ),
      { numRuns: 200 },
    )
  })
})
