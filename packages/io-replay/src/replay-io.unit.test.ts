import { artifactIdOf, bytesArtifact, jsonArtifact } from '@mfm/canonical-json'
import type { ArtifactId, ArtifactStore, JsonValue, NewArtifact, StateId } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { describe, expect, it } from 'vitest'
import { Recording, RUN, STATE } from '../test/recording.fixture.ts'
import type { ReplayIo } from './replay-io.ts'

const ask = (io: ReplayIo, request: JsonValue, factKey?: string) =>
  io.call({ namespace: 'test', request, factKey })

const json = (value: JsonValue): NewArtifact => jsonArtifact('fact_payload', value)

describe('call', () => {
  it('answers from the fact, without transport', async () => {
    const recording = new Recording()
    const payloadId = await recording.answer({ a: 1 }, { price: 0.5 })
    const io = await recording.replay()
    const perform = () => Promise.reject(new Error('a replay performs nothing'))
    const result = await io.call({ namespace: 'test', request: { a: 1 }, perform })
    expect(result).toMatchObject({ response: { price: 0.5 }, recordedPayloadId: payloadId })
  })

  it('answers identical calls one by one, in a later attempt too', async () => {
    const recording = new Recording()
    await recording.answer(1, 'first')
    await recording.answer(1, 'second', { occurrence: 1 })
    for (const attempt of [0, 1]) {
      const io = await recording.replay({ attempt })
      const answers = [await ask(io, 1), await ask(io, 1)]
      expect(answers.map(({ response }) => response)).toEqual(['first', 'second'])
    }
  })

  it('throws a failure as it was recorded, in its attempt alone', async () => {
    const recording = new Recording()
    const info = {
      code: 'rate_limited',
      category: 'rpc',
      retryable: true,
      message: 'slow down',
      details: null,
    }
    await recording.failure(1, info)
    await recording.answer(1, 'later', { meta: { attempt: 1 } })
    const error: unknown = await ask(await recording.replay(), 1).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(MfmError)
    expect(Object(error).toInfo()).toEqual(info)
    expect((await ask(await recording.replay({ attempt: 1 }), 1)).response).toBe('later')
  })

  it('refuses the record of a failure that is none', async () => {
    const recording = new Recording()
    await recording.failure(1, { code: 'Not A Code' })
    await expect(ask(await recording.replay(), 1)).rejects.toMatchObject({
      code: 'fact_payload_decode_failed',
    })
  })

  it('gives the bytes that belong to the answer', async () => {
    const recording = new Recording()
    const body = bytesArtifact('attachment', Uint8Array.of(1, 2))
    await recording.stores.artifacts.put('attachment', body.bytes)
    await recording.answer(1, body.id, { meta: { attachments: [body.id] } })
    const { attachment } = await ask(await recording.replay(), 1)
    expect(await attachment(body.id)).toEqual(body.bytes)
    await expect(attachment('f'.repeat(64) as ArtifactId)).rejects.toMatchObject({
      code: 'artifact_not_found',
    })
  })

  it('refuses a call that was not recorded', async () => {
    const recording = new Recording()
    await recording.answer(1, 1)
    const io = await recording.replay()
    await expect(io.call({ namespace: 'test', request: 1, factKey: null })).rejects.toMatchObject({
      code: 'missing_fact_key',
      retryable: false,
    })
  })
})

describe('a bound key with another request', () => {
  const recorded = async () => {
    const recording = new Recording()
    await recording.fact({ key: 'k', request: { a: 1, b: [1, 2] }, payload: json('answer') })
    return recording
  }

  it('is refused with each place', async () => {
    const io = await (await recorded()).replay()
    await expect(ask(io, { a: 1, b: [1, 3], c: 0 }, 'k')).rejects.toMatchObject({
      code: 'fact_diverged',
      details: {
        differences: [
          { pointer: '/b/1', recorded: 2, requested: 3 },
          { pointer: '/c', requested: 0 },
        ],
        stateId: STATE,
        attempt: 0,
        ordinal: 0,
      },
    })
  })

  it('is answered where the policy says so', async () => {
    const io = await (await recorded()).replay({ divergence: 'accept' })
    expect((await ask(io, 'anything', 'k')).response).toBe('answer')
  })

  it('is accepted where nobody knows how it was recorded', async () => {
    const recording = new Recording()
    await recording.fact({ key: 'k', payload: json('old'), meta: null })
    expect((await ask(await recording.replay(), 'anything', 'k')).response).toBe('old')
  })

  it('is refused also where the recorded request is lost', async () => {
    const recording = new Recording()
    const requestId = artifactIdOf('lost')
    await recording.fact({ key: 'k', payload: json(1), meta: { requestId } })
    await expect(ask(await recording.replay(), 1, 'k')).rejects.toMatchObject({
      code: 'fact_diverged',
      details: { differences: [], requestId: { recorded: requestId } },
    })
  })
})

describe('a missing fact', () => {
  it('names those first that have answered nothing yet', async () => {
    const recording = new Recording()
    await recording.answer({ page: 1 }, 'one')
    await recording.answer({ page: 2 }, 'two')
    const io = await recording.replay()
    await ask(io, { page: 1 })
    await ask(io, { page: 2 })
    const again = await recording.replay()
    await ask(again, { page: 1 })
    const nearest = async (one: ReplayIo): Promise<unknown> => {
      const error: unknown = await ask(one, { page: 3 }).catch((reason: unknown) => reason)
      return Object(error).details.nearest
    }
    expect(await nearest(again)).toMatchObject([
      { ordinal: 1, isUsed: false },
      { ordinal: 0, isUsed: true },
    ])
    expect(await nearest(io)).toMatchObject([{ isUsed: true }, { isUsed: true }])
  })

  it('names the namespace in which the same request was recorded', async () => {
    const recording = new Recording()
    await recording.answer(1, 'one', { meta: { namespace: 'other' } })
    await expect(ask(await recording.replay(), 1)).rejects.toMatchObject({
      help: expect.stringContaining('other'),
      details: { namespace: 'test', nearest: [{ namespace: 'other', differences: [] }] },
    })
  })

  it('names the nearest recorded calls with the places where they differ', async () => {
    const recording = new Recording()
    const other = 'demo.main.other' as StateId
    await recording.answer({ path: '/a', page: 2 }, 'next to it, and in two places another')
    await recording.answer({ path: '/b', page: 2 }, 'in one place another')
    await recording.answer({ path: '/b', page: 1, x: 1 }, 'same', { meta: { stateId: other } })
    await recording.answer({ path: '/b', page: 1 }, 'other', { meta: { namespace: 'http' } })
    await recording.failure({ path: '/b', page: 1, never: 1 }, {})
    await recording.time(1)
    const io = await recording.replay()
    const error: unknown = await ask(io, { path: '/b', page: 1 }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      code: 'missing_fact',
      kind: 'missing_fact',
      category: 'rpc',
      retryable: false,
      help: expect.stringContaining('/page'),
      details: {
        key: expect.stringContaining('mfm:test|state:demo.main.fetch|req:'),
        namespace: 'test',
        stateId: STATE,
        attempt: 0,
        ordinal: 0,
        request: { path: '/b', page: 1 },
        nearest: [
          { ordinal: 1, differences: [{ pointer: '/page', recorded: 2, requested: 1 }] },
          { ordinal: 0, differences: [{ pointer: '/page' }, { pointer: '/path' }] },
          { stateId: other, differences: [{ pointer: '/x', recorded: 1 }] },
        ],
      },
    })
  })

  it('may be retried where the run says so', async () => {
    const recording = new Recording()
    await recording.time(1)
    const io = await recording.replay({ missingFactRetryable: true })
    for (const asked of [ask(io, 1), io.recordValue('k', 1), io.randomBytes(1)]) {
      await expect(asked).rejects.toMatchObject({
        code: 'missing_fact',
        kind: 'missing_fact',
        scope: 'io',
        retryable: true,
      })
    }
  })

  it('is exhausted where the call was recorded less often', async () => {
    const recording = new Recording()
    await recording.answer(1, 'first')
    const io = await recording.replay()
    await ask(io, 1)
    await expect(ask(io, 1)).rejects.toMatchObject({
      code: 'fact_exhausted',
      details: { recorded: 1, asked: 2, request: 1 },
    })
    await expect(ask(io, 1)).rejects.toMatchObject({ details: { recorded: 1, asked: 3 } })
  })

  it('is exhausted also where a failure was recorded', async () => {
    const recording = new Recording()
    await recording.failure(1, {
      code: 'http_failed',
      category: 'rpc',
      retryable: true,
      message: '',
      details: null,
    })
    const io = await recording.replay()
    await expect(ask(io, 1)).rejects.toMatchObject({ code: 'http_failed' })
    await expect(ask(io, 1)).rejects.toMatchObject({ code: 'fact_exhausted' })
  })

  it('shows no secret', async () => {
    const recording = new Recording()
    await recording.time(1)
    const io = await recording.replay()
    const error: unknown = await ask(io, { password: 'hunter2-hunter2' }).catch(
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({ code: 'secrets_detected' })
    expect(JSON.stringify(error)).not.toContain('hunter2')
  })

  it('consumes its ordinal', async () => {
    const recording = new Recording()
    await recording.time(5, 1)
    const io = await recording.replay()
    await expect(io.nowMillis()).rejects.toMatchObject({
      code: 'missing_fact',
      details: { key: expect.stringContaining('|ord:0'), ordinal: 0 },
    })
    expect(await io.nowMillis()).toBe(5)
  })
})

describe('a payload', () => {
  const damaged = async (id: ArtifactId, get: ArtifactStore['get']) => {
    const recording = new Recording()
    await recording.fact({ key: 'k', payload: { ...json('x'), id }, meta: null })
    const { artifacts } = recording.stores
    const stores = {
      events: recording.stores.events,
      artifacts: {
        description: { ...artifacts.description, capabilities: [] },
        put: artifacts.put.bind(artifacts),
        exists: artifacts.exists.bind(artifacts),
        close: () => artifacts.close(),
        get,
      },
    }
    const { FactSource } = await import('./fact-source.ts')
    return await recording.replay({ source: await FactSource.load(stores, RUN) })
  }
  const returning = (text: string) => async () => Buffer.from(text)

  it.each([
    ['"x"', '"y"', 'artifact_corruption'],
    ['{', '{', 'artifact_decode_failed'],
    ['{ }', '{ }', 'artifact_not_canonical'],
    ['{"b":1,"a":2}', '{"b":1,"a":2}', 'artifact_not_canonical'],
  ])('of %j that reads as %j is %s', async (recorded, read, code) => {
    const io = await damaged(artifactIdOf(recorded), returning(read))
    await expect(ask(io, 1, 'k')).rejects.toMatchObject({ code })
  })

  it('with a fraction is refused where the run takes integers only', async () => {
    const recording = new Recording()
    await recording.fact({ key: 'k', payload: json(0.5), meta: null })
    const io = await recording.replay({ numbers: 'integers_only' })
    await expect(ask(io, 1, 'k')).rejects.toMatchObject({ code: 'artifact_float_not_allowed' })
  })

  it.each([
    [new MfmError('artifact_not_found'), 'fact_payload_get_failed'],
    [new MfmError('store_unavailable'), 'fact_payload_get_failed'],
    [new MfmError('artifact_corruption'), 'artifact_corruption'],
  ])('that cannot be read (%s) is %s', async (cause, code) => {
    const io = await damaged(artifactIdOf('"x"'), () => Promise.reject(cause))
    await expect(ask(io, 1, 'k')).rejects.toMatchObject({ code })
  })

  it('of noise is proven too', async () => {
    const recording = new Recording()
    await recording.noise(Uint8Array.of(1, 2))
    const source = await recording.source()
    const read = source.read.bind(source)
    source.read = async (fact) => Uint8Array.from(await read(fact), (byte) => byte ^ 1)
    await expect((await recording.replay({ source })).randomBytes(2)).rejects.toMatchObject({
      code: 'artifact_corruption',
    })
  })
})

describe('values, time and noise', () => {
  it('accepts the recorded value and no other', async () => {
    const recording = new Recording()
    const id = await recording.fact({ key: 'k', payload: json({ a: 1 }) })
    const io = await recording.replay()
    expect(await io.recordValue('k', { a: 1 })).toBe(id)
    await expect(io.recordValue('k', { a: 2 })).rejects.toMatchObject({
      code: 'fact_payload_conflict',
      details: { differences: [{ pointer: '/a', recorded: 1, requested: 2 }] },
    })
    await expect(io.recordValue('k', { a: Number.NaN })).rejects.toMatchObject({
      code: 'fact_payload_not_canonical',
    })
  })

  it('needs the payload of a value to be there', async () => {
    const recording = new Recording()
    const payload = json('lost')
    await recording.event({
      type: 'fact_recorded',
      v: 1,
      key: 'k',
      payloadId: payload.id,
      meta: {},
    })
    await expect((await recording.replay()).recordValue('k', 'lost')).rejects.toMatchObject({
      code: 'fact_payload_get_failed',
    })
  })

  it.each<JsonValue>([-1, 1.5, 'now', null, 2n ** 60n])('takes %s for no time', async (payload) => {
    const recording = new Recording()
    await recording.time(payload)
    await expect((await recording.replay()).nowMillis()).rejects.toMatchObject({
      code: 'fact_payload_invalid',
    })
  })

  it('gives noise of the length that was recorded, as a copy', async () => {
    const recording = new Recording()
    await recording.noise(Uint8Array.of(1, 2))
    const source = await recording.source()
    const first = await (await recording.replay({ source })).randomBytes(2)
    first.fill(9)
    const second = await (await recording.replay({ source })).randomBytes(2)
    expect(second).toEqual(Uint8Array.of(1, 2))
    const again = await recording.replay()
    await expect(again.randomBytes(3)).rejects.toMatchObject({
      code: 'fact_payload_invalid',
      details: { differences: [{ pointer: '/length', recorded: 2, requested: 3 }] },
    })
  })

  it('of another kind than was recorded in their place are missing, and the error says what was', async () => {
    const recording = new Recording()
    await recording.noise(Uint8Array.of(1, 2))
    await expect((await recording.replay()).nowMillis()).rejects.toMatchObject({
      code: 'missing_fact',
      details: { namespace: 'now_millis', recordedNamespace: 'random_bytes', ordinal: 0 },
    })
    const error: unknown = await (await recording.replay())
      .recordValue('k', 1)
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'missing_fact', details: { namespace: 'value' } })
    expect(error).not.toHaveProperty('details.recordedNamespace')
  })

  it('does not wait', async () => {
    const recording = new Recording()
    await recording.time(1)
    const io = await recording.replay()
    await io.sleepMs(1e12)
    const reason = new Error('enough')
    await expect(io.sleepMs(1, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})

describe('getRecordedFact', () => {
  it('shows what had been recorded when the attempt was where it is now', async () => {
    const recording = new Recording()
    const entered = { type: 'state_entered', v: 1, baseSnapshotId: json({}).id } as const
    const early = { meta: { attempt: 0 } }
    await recording.fact({ key: 'before', request: 1, payload: json(1), ...early })
    await recording.event({ ...entered, stateId: STATE, attempt: 1 })
    await recording.fact({ key: 'own', request: 1, payload: json(2), meta: { attempt: 1 } })
    await recording.fact({ key: 'later', request: 1, payload: json(3), meta: { attempt: 2 } })
    const source = await recording.source()
    const io = await recording.replay({ source, attempt: 1 })
    const seen = async () => {
      const ids = ['before', 'own', 'later', 'none'].map((key) => io.getRecordedFact(key))
      return (await Promise.all(ids)).map((id) => id !== undefined)
    }
    expect(await seen()).toEqual([true, false, false, false])
    await ask(io, 1, 'own')
    expect(await seen()).toEqual([true, true, false, false])
    // Another attempt of the same replay got to it.
    await ask(await recording.replay({ source, attempt: 2 }), 1, 'later')
    expect(await seen()).toEqual([true, true, true, false])
  })

  it('shows a fact without origin to attempts that had not ended when it was recorded', async () => {
    const recording = new Recording()
    const entered = { type: 'state_entered', v: 1, baseSnapshotId: json({}).id } as const
    const at = (attempt: number) => ({ stateId: STATE, attempt })
    await recording.event({ ...entered, ...at(0) })
    const ended = { type: 'state_completed', v: 1, contextSnapshotId: json({}).id } as const
    await recording.event({ ...ended, ...at(0) })
    await recording.event({ ...entered, ...at(1) })
    await recording.fact({ key: 'adopted', payload: json(1), meta: null })
    const source = await recording.source()
    const seen = async (attempt: number) => {
      const io = await recording.replay({ source, attempt })
      return (await io.getRecordedFact('adopted')) !== undefined
    }
    expect([await seen(0), await seen(1)]).toEqual([false, true])
  })

  it('shows a fact when somebody has gone on with it, and not when somebody asks for it', async () => {
    const recording = new Recording()
    await recording.fact({ key: 'own', request: 1, payload: json(1) })
    const io = await recording.replay()
    const asked = ask(io, 1, 'own')
    expect(await io.getRecordedFact('own')).toBeUndefined()
    await asked
    expect(await io.getRecordedFact('own')).toBe(json(1).id)
  })
})

describe('the source', () => {
  it('knows what was used', async () => {
    const recording = new Recording()
    await recording.answer(1, 'one')
    await recording.answer(2, 'two')
    const source = await recording.source()
    const io = await recording.replay({ source })
    await ask(io, 2)
    expect(source.counts).toEqual({ recorded: 2, used: 1, unused: 1 })
    expect(source.unusedFacts().map(({ seq }) => seq)).toEqual([1])
  })

  it('knows which of an attempt were not used', async () => {
    const recording = new Recording()
    await recording.answer(1, 'one')
    await recording.answer(2, 'two', { meta: { attempt: 1 } })
    await recording.answer(3, 'three', { meta: { attempt: 1 } })
    const source = await recording.source()
    await ask(await recording.replay({ source, attempt: 1 }), 3)
    const unused = (attempt: number): number[] =>
      source.unusedFactsOf({ stateId: STATE, attempt }).map(({ seq }) => seq)
    expect([unused(0), unused(1), unused(2)]).toEqual([[1], [2], []])
  })

  it('tells which fact answers which operation, at once', async () => {
    const recording = new Recording()
    await recording.answer(1, 'one')
    await recording.time(5)
    const told: (readonly [number, number])[] = []
    const io = await recording.replay({
      onAnswered: ({ seq }, ordinal) => told.push([seq, ordinal]),
    })
    await Promise.all([io.nowMillis(), ask(io, 1)])
    await io.nowMillis().catch(() => undefined)
    expect(told).toEqual([
      [2, 0],
      [1, 1],
    ])
  })

  it.each([
    ['fact_recorded_conflict', 'k', json(2)],
    ['fact_recorded_malformed', '\ud800', json(1)],
  ])('refuses a stream with %s', async (code, key, payload) => {
    const recording = new Recording()
    await recording.fact({ key: 'k', payload: json(1) })
    const bad = { runId: RUN, seq: 2, tsMillis: null, prev: null } as const
    const event = { type: 'fact_recorded', v: 1, key, payloadId: payload.id, meta: {} } as const
    const { events } = recording.stores
    const read = events.read.bind(events)
    events.read = async function* (run, range) {
      yield* read(run, range)
      yield { ...bad, event }
    }
    await expect(recording.source()).rejects.toMatchObject({ code, details: { seq: 2 } })
  })

  it('is no run that does not exist', async () => {
    await expect(new Recording().source()).rejects.toMatchObject({ code: 'run_not_found' })
  })
})

describe('a provider', () => {
  it('that may do no IO, is interrupted or closed refuses', async () => {
    const recording = new Recording()
    await recording.answer(1, 1)
    await expect(ask(await recording.replay({ allowIo: false }), 1)).rejects.toMatchObject({
      code: 'io_not_allowed',
    })
    const signal = AbortSignal.abort(new MfmError('attempt_interrupted'))
    await expect(ask(await recording.replay({ signal }), 1)).rejects.toMatchObject({
      code: 'attempt_interrupted',
    })
    const closed = await recording.replay()
    await closed.close()
    await expect(ask(closed, 1)).rejects.toMatchObject({ code: 'io_closed' })
  })

  it('writes nothing', async () => {
    const recording = new Recording()
    await recording.answer(1, 1)
    const io = await recording.replay()
    const { events, artifacts, facts } = recording.stores
    const refuse = () => Promise.reject(new Error('a replay writes nothing'))
    Object.assign(events, { append: refuse })
    Object.assign(artifacts, { put: refuse })
    Object.assign(facts, { bindIfUnset: refuse, unbindIfMatches: refuse })
    expect((await ask(io, 1)).response).toBe(1)
    await expect(ask(io, 2)).rejects.toMatchObject({ code: 'missing_fact' })
  })
})
