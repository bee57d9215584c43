import { artifactIdOf } from '@mfm/canonical-json'
import type { ArtifactId, JsonValue } from '@mfm/core-types'
import { errorFromInfo, MfmError } from '@mfm/errors'
import { secret } from '@mfm/secrets'
import { describe, expect, it } from 'vitest'
import { LiveBench, RUN, STATE } from '../test/live.fixture.ts'
import type { LiveIo } from './live-io.ts'

/** In the shape of a real one. */
const TOKEN = ['ghp', '16C7e42F292c6912E7710c838347Ae178B4a'].join('_')
const http = { namespace: 'http', request: { path: '/a' } }
const bytes = Uint8Array.of(0, 255)
const attachment = { id: artifactIdOf(bytes), bytes }

describe('call', () => {
  it('records the answer with its origin, then gives what was recorded', async () => {
    const bench = new LiveBench()
    const response = { z: 1, a: [0.5] }
    bench.answer = () => ({ response })
    const result = await bench.live().call(http)
    response.a.push(9)
    expect(result.response).toEqual({ z: 1, a: [0.5] })
    const [fact, ...others] = await bench.facts()
    expect(others).toEqual([])
    expect(fact).toMatchObject({
      key: `mfm:http|state:${STATE}|req:${fact?.meta.requestId}`,
      payloadId: result.recordedPayloadId,
      meta: {
        v: 1,
        namespace: 'http',
        outcome: 'answered',
        stateId: STATE,
        attempt: 0,
        ordinal: 0,
      },
    })
    expect(await bench.json(fact?.payloadId)).toEqual({ a: [0.5], z: 1 })
    expect(await bench.json(fact?.meta.requestId)).toEqual({ path: '/a' })
  })

  it('tells the transport who asks, and gives it the request as it was when it was asked', async () => {
    const bench = new LiveBench()
    const request = { list: [1] }
    const calling = bench.live({ attempt: 2 }).call({ namespace: 'http', request, factKey: 'k' })
    request.list.push(2)
    await calling
    expect(bench.asked).toEqual([
      expect.objectContaining({
        runId: RUN,
        stateId: STATE,
        attempt: 2,
        namespace: 'http',
        request: { list: [1] },
        factKey: 'k',
      }),
    ])
  })

  it('performs by the function that the call brings', async () => {
    const bench = new LiveBench()
    const io = bench.live({ transport: undefined })
    const { response } = await io.call({ ...http, perform: async () => ({ response: 'own' }) })
    expect(response).toBe('own')
    expect(bench.asked).toEqual([])
  })

  it('answers a bound key without performing, in a later attempt too', async () => {
    const bench = new LiveBench()
    const first = await bench.live().call(http)
    const again = await bench.live({ attempt: 1 }).call(http)
    expect(again.response).toEqual(first.response)
    expect(again.recordedPayloadId).toBe(first.recordedPayloadId)
    expect(bench.asked).toHaveLength(1)
  })

  it('takes an identical call of the same attempt for another one', async () => {
    const bench = new LiveBench()
    const io = bench.live()
    const results = await Promise.all([io.call(http), io.call(http), io.call(http)])
    expect(new Set(results.map(({ recordedPayloadId }) => recordedPayloadId)).size).toBe(3)
    const keys = (await bench.facts()).map(({ key }) => key.replace(/^.*req:[0-9a-f]+/, ''))
    expect(keys.sort()).toEqual(['', '|occ:1', '|occ:2'])
  })

  it('makes one call of concurrent calls with one key', async () => {
    const bench = new LiveBench()
    const io = bench.live()
    const call = { ...http, factKey: 'k' }
    const results = await Promise.all([io.call(call), io.call(call), io.call(call)])
    expect(results.map(({ response }) => response)).toEqual([{ n: 1 }, { n: 1 }, { n: 1 }])
    expect(bench.asked).toHaveLength(1)
  })

  it('lets the next of concurrent calls try after a failure', async () => {
    const bench = new LiveBench()
    bench.answer = () => {
      if (bench.asked.length === 1) throw new MfmError('http_failed')
      return { response: 'second' }
    }
    const io = bench.live()
    const call = { ...http, factKey: 'k' }
    const [first, second] = await Promise.allSettled([io.call(call), io.call(call)])
    expect([first?.status, second?.status]).toEqual(['rejected', 'fulfilled'])
    expect((await bench.facts()).map(({ key }) => key)).toEqual([
      `mfm:failed|run:${RUN}|state:${STATE}|attempt:0|occ:0|key:k`,
      'k',
    ])
  })

  it('refuses a bound key with another request, and names the places', async () => {
    const bench = new LiveBench()
    await bench.live().call({ namespace: 'http', request: { a: 1, b: { c: 2 } }, factKey: 'k' })
    const other = { namespace: 'http', request: { a: 1, b: { c: 3 }, d: null }, factKey: 'k' }
    await expect(bench.live({ attempt: 1 }).call(other)).rejects.toMatchObject({
      code: 'fact_diverged',
      details: {
        key: 'k',
        differences: [
          { pointer: '/b/c', recorded: 2, requested: 3 },
          { pointer: '/d', requested: null },
        ],
      },
    })
    expect(bench.asked).toHaveLength(1)
    const io = bench.live({ attempt: 1, divergence: 'accept-recorded' })
    expect((await io.call(other)).response).toEqual({ n: 1 })
  })

  it.each([{ ...http, namespace: 'local' }, http])(
    'refuses a key that %j did not bind',
    async (call) => {
      const bench = new LiveBench()
      const io = bench.live()
      if (call.namespace === 'local') await io.call({ ...http, factKey: 'k' })
      else await io.recordValue('k', { n: 1 })
      await expect(io.call({ ...call, factKey: 'k' })).rejects.toMatchObject({
        code: 'fact_diverged',
      })
    },
  )

  it('accepts a fact of unknown origin as it is', async () => {
    const bench = new LiveBench()
    const payloadId = await bench.stores.artifacts.put('fact_payload', Buffer.from('"old"'))
    await bench.writer.recordFact({
      artifacts: [],
      event: { type: 'fact_recorded', v: 1, key: 'k', payloadId, meta: {} },
    })
    const { response, attachment: read } = await bench.live().call({ ...http, factKey: 'k' })
    expect(response).toBe('old')
    await expect(read(payloadId)).rejects.toMatchObject({ code: 'artifact_not_found' })
  })

  it('performs a call without a key every time and records nothing', async () => {
    const bench = new LiveBench()
    bench.answer = () => ({ response: { password: 'hunter2' }, attachments: [attachment] })
    const io = bench.live()
    const call = { namespace: 'http', request: { password: 'hunter2' }, factKey: null }
    const result = await io.call(call)
    await io.call(call)
    expect(result).toMatchObject({ response: { password: 'hunter2' }, recordedPayloadId: null })
    expect(await result.attachment(attachment.id)).toEqual(bytes)
    await expect(result.attachment('f'.repeat(64) as ArtifactId)).rejects.toMatchObject({
      code: 'artifact_not_found',
    })
    expect(await bench.facts()).toEqual([])
    expect(bench.asked).toHaveLength(2)
  })
})

describe('a failed call', () => {
  const fail = async (thrown: unknown, io?: (bench: LiveBench) => LiveIo) => {
    const bench = new LiveBench()
    bench.answer = () => Promise.reject(thrown)
    const error: unknown = await (io?.(bench) ?? bench.live())
      .call({ ...http, factKey: 'k' })
      .catch((reason: unknown) => reason)
    return { bench, error: Object(error), facts: await bench.facts() }
  }

  it('is a fact of its try, thrown as a replay would throw it', async () => {
    const info = {
      code: 'rate_limited',
      category: 'rpc',
      retryable: true,
      message: 'slow down',
      details: { after: 5 },
    } as const
    const thrown = errorFromInfo(info)
    const { bench, error, facts } = await fail(thrown)
    const recorded = { ...info, details: null }
    expect(error.toInfo()).toEqual(recorded)
    expect(error.cause).toBe(thrown)
    expect(facts).toMatchObject([
      {
        key: `mfm:failed|run:${RUN}|state:${STATE}|attempt:0|occ:0|key:k`,
        meta: { outcome: 'failed', namespace: 'http', ordinal: 0 },
      },
    ])
    expect(await bench.json(facts[0]?.payloadId)).toEqual(recorded)
    expect(await bench.live().getRecordedFact('k')).toBeUndefined()
  })

  it.each([new TypeError('no'), 'a text', undefined, Object.create(null), { code: 'x y' }])(
    'that threw %o is transport_failed',
    async (thrown) => {
      const { error, facts } = await fail(thrown)
      expect(error).toMatchObject({ code: 'transport_failed', retryable: false })
      expect(facts).toHaveLength(1)
    },
  )

  it('keeps secrets out of its message, and can always be written', async () => {
    const bench = new LiveBench()
    const message = `token ${TOKEN} \ud800 ${'x'.repeat(100_000)}`
    bench.answer = () => Promise.reject(new MfmError('http_failed', { message }))
    await expect(bench.live().call(http)).rejects.toMatchObject({ code: 'http_failed' })
    const [fact] = await bench.facts()
    const recorded = JSON.stringify(await bench.json(fact?.payloadId))
    expect(recorded).not.toContain('ghp_')
    expect(recorded.length).toBeLessThan(20_000)
  })

  it.each<readonly [unknown, string]>([
    [{ at: new Date(0) }, 'transport_answer_invalid'],
    [{ n: Number.NaN }, 'transport_answer_invalid'],
    [undefined, 'transport_answer_invalid'],
    [new Uint8Array(2), 'transport_answer_invalid'],
    [{ password: 'hunter2-hunter2' }, 'secrets_detected'],
  ])('is an answer of %j: %s', async (response, code) => {
    const bench = new LiveBench()
    bench.answer = () => ({ response: response as JsonValue }) // answers that are no JSON are the point
    await expect(bench.live().call(http)).rejects.toMatchObject({ code })
    expect((await bench.facts()).map(({ key }) => key)).toEqual([expect.stringContaining('failed')])
  })

  it('is a fraction where the run takes integers only', async () => {
    const bench = new LiveBench()
    bench.answer = () => ({ response: 0.7 })
    await expect(bench.live({ numbers: 'integers_only' }).call(http)).rejects.toMatchObject({
      code: 'fact_payload_not_canonical',
    })
  })

  it('is an answer without a response', async () => {
    const bench = new LiveBench()
    bench.answer = () => Object({ data: 1 })
    await expect(bench.live().call(http)).rejects.toMatchObject({
      code: 'transport_answer_invalid',
    })
  })

  it('is a missing transport', async () => {
    const { error } = await fail(undefined, (bench) => bench.live({ transport: undefined }))
    expect(error.code).toBe('io_unimplemented')
  })

  it('is an answer that another provider was faster with', async () => {
    const bench = new LiveBench()
    const call = { ...http, factKey: 'k' }
    const perform = async () => {
      await bench.live({ attempt: 7 }).call(call)
      return { response: 'too late' }
    }
    await expect(bench.live().call({ ...call, perform })).rejects.toMatchObject({
      code: 'fact_payload_conflict',
    })
    const facts = await bench.facts()
    expect(facts.map(({ key }) => key)).toEqual(['k', expect.stringContaining('mfm:failed|')])
    expect(await bench.json(facts[0]?.payloadId)).toEqual({ n: 1 })
  })

  it('rejects with the error of the recorder, which could not record', async () => {
    const bench = new LiveBench()
    await bench.stores.close()
    await expect(bench.live().call(http)).rejects.toMatchObject({
      code: 'fact_binding_append_failed',
    })
  })
})

describe('an aborted call', () => {
  it.each([true, false])('is recorded as aborted (of its attempt: %s)', async (isAttempt) => {
    const bench = new LiveBench()
    const controller = new AbortController()
    bench.answer = () => new Promise(() => undefined)
    const { signal } = controller
    const calling = isAttempt
      ? bench.live({ signal }).call(http)
      : bench.live().call(http, { signal })
    await Promise.resolve()
    controller.abort()
    await expect(calling).rejects.toMatchObject({
      code: 'call_aborted',
      cause: { code: 'call_aborted' },
    })
    expect(await bench.facts()).toMatchObject([{ meta: { outcome: 'aborted' } }])
  })

  it('ends with the reason where that is a typed error', async () => {
    const bench = new LiveBench()
    const signal = AbortSignal.abort(new MfmError('attempt_deadline_exceeded'))
    await expect(bench.live({ signal }).call(http)).rejects.toMatchObject({
      code: 'attempt_deadline_exceeded',
      retryable: true,
    })
    expect(bench.asked).toEqual([])
  })

  it('leaves no listener behind', async () => {
    const bench = new LiveBench()
    const { signal } = new AbortController()
    let listeners = 0
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1
      remove(...args)
    }
    await bench.live({ signal }).call(http)
    expect(listeners).toBe(0)
  })
})

describe('secrets', () => {
  it.each([
    { ...http, request: { headers: { password: 'hunter2-hunter2' } } },
    { ...http, factKey: TOKEN },
  ])('in what identifies a call are refused before anything is sent', async (call) => {
    const bench = new LiveBench()
    const error: unknown = await bench
      .live()
      .call(call)
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'secrets_detected' })
    expect(JSON.stringify(error)).not.toMatch(/hunter2|ghp_/)
    expect(bench.asked).toEqual([])
    expect(await bench.facts()).toEqual([])
  })

  it('in a handle reach the transport alone, and are caught when they come back', async () => {
    const bench = new LiveBench()
    const request = { auth: secret('token') }
    const values: string[] = []
    bench.answer = async ({ resolveSecret }) => {
      values.push(await resolveSecret(request.auth))
      return { response: bench.asked.length === 1 ? 'fine' : { echo: values[0] ?? '' } }
    }
    const io = bench.live()
    const { response } = await io.call({ namespace: 'http', request })
    expect([response, values]).toEqual(['fine', ['the value of the token']])
    await expect(io.call({ namespace: 'http', request })).rejects.toMatchObject({
      code: 'secrets_detected',
    })
    const [fact] = await bench.facts()
    expect(await bench.json(fact?.meta.requestId)).toEqual({ auth: '[secret:token]' })
  })

  it('in a body of bytes are caught too', async () => {
    const bench = new LiveBench()
    const leak = Buffer.from('…the value of the token…')
    bench.answer = async ({ resolveSecret }) => {
      await resolveSecret(secret('token'))
      return { response: null, attachments: [{ id: artifactIdOf(leak), bytes: leak }] }
    }
    await expect(bench.live().call(http)).rejects.toMatchObject({ code: 'secrets_detected' })
  })
})

describe('attachments', () => {
  it('are documents of their own, read back from the store', async () => {
    const bench = new LiveBench()
    bench.answer = () => ({ response: { body: attachment.id }, attachments: [attachment] })
    const results = [await bench.live().call(http), await bench.live({ attempt: 1 }).call(http)]
    for (const result of results) {
      expect(await result.attachment(attachment.id)).toEqual(bytes)
      await expect(
        result.attachment(result.recordedPayloadId ?? attachment.id),
      ).rejects.toMatchObject({ code: 'artifact_not_found' })
    }
    const [fact] = await bench.facts()
    expect(fact?.meta).toMatchObject({ attachments: [attachment.id] })
  })

  it('are refused under another id', async () => {
    const bench = new LiveBench()
    const id = artifactIdOf('something else')
    bench.answer = () => ({ response: null, attachments: [{ id, bytes }] })
    await expect(bench.live().call(http)).rejects.toMatchObject({
      code: 'transport_answer_invalid',
    })
  })
})

describe('recordValue', () => {
  it('binds once; the same value again is the same fact, another one a conflict', async () => {
    const bench = new LiveBench()
    const io = bench.live()
    const id = await io.recordValue('k', { b: 1, a: 2 })
    expect(await bench.live({ attempt: 1 }).recordValue('k', { a: 2, b: 1 })).toBe(id)
    await expect(io.recordValue('k', { a: 3 })).rejects.toMatchObject({
      code: 'fact_payload_conflict',
    })
    expect(await io.getRecordedFact('k')).toBe(id)
    expect(await bench.facts()).toMatchObject([
      { key: 'k', payloadId: id, meta: { namespace: 'value', requestId: null, ordinal: 0 } },
    ])
  })

  it.each<readonly [string, unknown, string]>([
    ['k', { at: new Date(0) }, 'fact_payload_not_canonical'],
    ['k', undefined, 'fact_payload_not_canonical'],
    ['k', { password: 'hunter2-hunter2' }, 'secrets_detected'],
    ['mfm:failed|run:x', 1, 'invalid_id'],
  ])('refuses %j %j: %s', async (key, value, code) => {
    const bench = new LiveBench()
    const recording = bench.live().recordValue(key, value as JsonValue) // no JSON, on purpose
    await expect(recording).rejects.toMatchObject({ code })
    expect(await bench.facts()).toEqual([])
  })
})

describe('time and noise', () => {
  it('have keys of the attempt and one counter', async () => {
    const bench = new LiveBench()
    const io = bench.live({ attempt: 1 })
    const values = [await io.nowMillis(), await io.nowMillis(), await io.randomBytes(3)]
    await io.call(http)
    expect(values).toEqual([1_000, 1_000, Uint8Array.of(7, 7, 7)])
    const scope = `run:${RUN}|state:${STATE}|attempt:1`
    expect((await bench.facts()).map(({ key, meta }) => [key, meta.ordinal])).toEqual([
      [`mfm:now_millis|${scope}|ord:0`, 0],
      [`mfm:now_millis|${scope}|ord:1`, 1],
      [`mfm:random_bytes|${scope}|ord:2`, 2],
      [expect.stringMatching(/^mfm:http/), 3],
    ])
  })

  it('take no noise at all for none', async () => {
    const bench = new LiveBench()
    expect(await bench.live().randomBytes(0)).toEqual(new Uint8Array())
    expect(await bench.facts()).toHaveLength(1)
  })

  it('consume nothing where the source fails', async () => {
    const bench = new LiveBench()
    const times = [Number.NaN, -1, 5]
    const io = bench.live({ clock: () => times.shift() ?? 0, randomBytes: () => new Uint8Array(1) })
    await expect(io.nowMillis()).rejects.toMatchObject({ code: 'time_unavailable' })
    await expect(io.nowMillis()).rejects.toMatchObject({ code: 'time_unavailable' })
    await expect(io.randomBytes(2)).rejects.toMatchObject({ code: 'random_unavailable' })
    await io.nowMillis()
    expect((await bench.facts()).map(({ key }) => key)).toEqual([expect.stringMatching(/ord:0$/)])
  })

  it.each([
    [() => 1.5, 'fact_payload_invalid'],
    [
      () => {
        throw new Error('no clock')
      },
      'time_unavailable',
    ],
  ])('refuse a clock that is none', async (clock, code) => {
    await expect(new LiveBench().live({ clock }).nowMillis()).rejects.toMatchObject({ code })
  })

  it('meet a key that is bound already', async () => {
    const bench = new LiveBench()
    const first = bench.live()
    await first.nowMillis()
    await first.randomBytes(2)
    const again = bench.live({ clock: () => 2_000, randomBytes: (n) => new Uint8Array(n) })
    await expect(again.nowMillis()).rejects.toMatchObject({ code: 'fact_payload_conflict' })
    expect(await again.randomBytes(2)).toEqual(Uint8Array.of(7, 7))
    const third = bench.live()
    await third.nowMillis()
    await expect(third.randomBytes(3)).rejects.toMatchObject({ code: 'fact_payload_invalid' })
  })

  it.each([-1, 1.5, Number.NaN, 65_537])('refuse %d bytes', async (length) => {
    await expect(new LiveBench().live().randomBytes(length)).rejects.toMatchObject({
      code: 'invalid_option',
    })
  })
})

describe('sleepMs', () => {
  it('waits and records nothing', async () => {
    const bench = new LiveBench()
    const waits: number[] = []
    const io = bench.live({ sleep: async (millis) => void waits.push(millis) })
    await io.sleepMs(5)
    expect(waits).toEqual([5])
    expect(await bench.facts()).toEqual([])
  })

  it('ends with the reason of the signal', async () => {
    const reason = new Error('enough')
    const io = new LiveBench().live()
    await expect(io.sleepMs(5, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    await expect(io.sleepMs(-1)).rejects.toMatchObject({ code: 'invalid_option' })
  })
})

describe('a provider', () => {
  it('that may do no IO refuses every outside input', async () => {
    const io = new LiveBench().live({ allowIo: false })
    for (const asked of [
      io.call(http),
      io.recordValue('k', 1),
      io.nowMillis(),
      io.randomBytes(1),
    ]) {
      await expect(asked).rejects.toMatchObject({ code: 'io_not_allowed' })
    }
    expect(await io.getRecordedFact('k')).toBeUndefined()
  })

  it('refuses to be asked while it performs a call, and is free again afterwards', async () => {
    const bench = new LiveBench()
    const io = bench.live()
    const nested: unknown[] = []
    const perform = async () => {
      for (const asked of [io.nowMillis(), io.call(http), io.recordValue('k', 1)]) {
        nested.push(await asked.catch(({ code }: MfmError) => code))
      }
      await bench.live({ attempt: 1 }).nowMillis()
      return { response: 'done' }
    }
    const result = await io.call({ namespace: 'test', request: 1, perform })
    expect([nested, result.response]).toEqual([['io_nested', 'io_nested', 'io_nested'], 'done'])
    expect(await io.nowMillis()).toBe(1_000)
  })

  it('that is closed has recorded what was under way, and refuses the rest', async () => {
    const bench = new LiveBench()
    const io = bench.live()
    const calling = io.call(http)
    await io.close()
    await io.close()
    expect(await bench.facts()).toHaveLength(1)
    expect((await calling).response).toEqual({ n: 1 })
    for (const asked of [io.call(http), io.getRecordedFact('k'), io.sleepMs(0)]) {
      await expect(asked).rejects.toMatchObject({ code: 'io_closed' })
    }
  })

  it('settles its callers in the order of the stream', async () => {
    const bench = new LiveBench()
    const io = bench.live()
    const settled: string[] = []
    const note = async (name: string, operation: Promise<unknown>) => {
      await operation.then(
        () => settled.push(name),
        () => settled.push(name),
      )
    }
    bench.answer = ({ factKey }) => {
      if (factKey === 'fails') throw new Error('no')
      return { response: factKey }
    }
    await Promise.all([
      note('fails', io.call({ ...http, factKey: 'fails' })),
      note('value', io.recordValue('value', 1)),
      note('now', io.nowMillis()),
      note('call', io.call({ ...http, factKey: 'call' })),
      note('noise', io.randomBytes(1)),
    ])
    const stream = (await bench.facts()).map(({ key }) => {
      const name = /^mfm:(now|random|failed)/.exec(key)?.[1]
      return { now: 'now', random: 'noise', failed: 'fails' }[name ?? ''] ?? key
    })
    expect(settled).toEqual(stream)
  })
})
