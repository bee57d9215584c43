import type { IoCall, TransportAnswer } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LiveBench } from '../test/live.fixture.ts'
import type { Program } from '../test/stream.fixture.ts'
import {
  bodyOf,
  readAll,
  replayOf,
  streaming,
  textOf,
  thrown,
  transcript,
} from '../test/stream.fixture.ts'

const answeringWith = (answer: unknown): IoCall => ({
  ...streaming([]),
  perform: async () => answer as TransportAnswer, // wrong, on purpose
})

const PROGRAMS: Readonly<Record<string, Program>> = {
  'whole bodies': async (io, log) => {
    await readAll(io, log, streaming(['one', '', 'two\u00e4'], 'a'))
    await readAll(io, log, streaming([], 'b'))
    await readAll(io, log, streaming(['again'], 'a'))
  },
  'bodies that end in an error, tried again': async (io, log) => {
    await readAll(io, log, streaming(['1', '2', new MfmError('http_failed')]))
    await readAll(io, log, streaming(['1', new TypeError('of its own')]))
    await readAll(io, log, { ...streaming([new MfmError('http_timeout')]), factKey: 'k' })
    await readAll(io, log, { ...streaming(['whole']), factKey: 'k' })
    await readAll(io, log, { ...streaming(['never asked']), factKey: 'k' })
  },
  'bodies that are given up': async (io, log) => {
    for await (const chunk of await bodyOf(io, streaming(['a', 'b', 'c']))) {
      log(chunk)
      if (chunk[0] === 98) break
    }
    const unread = await bodyOf(io, streaming(['x']))
    log(await unread.return())
    log(await unread.next())
    log(await io.nowMillis())
  },
  'a body that ends while nobody reads': async (io, log) => {
    const controller = new AbortController()
    const { body } = await io.call(streaming(['a']), { signal: controller.signal })
    controller.abort(new Error('enough'))
    log(await io.nowMillis())
    const looking = io.getRecordedFact('none').then((found) => log(['looked', found]))
    const reading = body?.next().catch((error: unknown) => log(thrown(error)))
    await Promise.all([looking, reading])
  },
  'a body that is given up while it is read': async (io, log) => {
    const { promise } = Promise.withResolvers<string>()
    const body = await bodyOf(io, streaming([promise as unknown as string]))
    const reading = body.next().then((read) => log(['read', read]))
    log(await io.nowMillis())
    log(await body.return())
    await reading
  },
  'reads that do not wait for one another': async (io, log) => {
    const body = await bodyOf(io, streaming(['a', 'b']))
    log(await Promise.all([body.next(), body.next(), body.next(), body.next()]))
  },
  'what is no streamed answer': async (io, log) => {
    await readAll(io, log, answeringWith({ response: 1 }))
    await readAll(io, log, answeringWith({ response: 1, body: [1] }))
    await readAll(io, log, answeringWith({ response: 1, body: streaming, attachments: [1] }))
    await readAll(io, log, answeringWith({ response: new Date(0), body: [] }))
    await readAll(io, log, answeringWith(undefined))
    await readAll(io, log, { ...streaming(['x']), perform: () => Promise.reject(new Error('no')) })
    const { stream: _, ...plain } = streaming(['x'])
    await readAll(io, log, plain)
  },
  'chunks that the program changes': async (io, log) => {
    const call = { ...streaming(['abc']), factKey: 'k' }
    for await (const chunk of await bodyOf(io, call)) chunk.fill(0)
    await readAll(io, log, call)
  },
  'a key that is asked for while its body is open': async (io, log) => {
    const call = { ...streaming(['a']), factKey: 'k' }
    const opening = bodyOf(io, call)
    const { stream: _, ...plain } = call
    const others = [io.call(call), io.call(plain), io.recordValue('k', 1)]
    log(await Promise.all(others.map(async (other) => await other.catch(thrown))))
    const body = await opening
    await readAll(io, log, call)
    log([await textOf(body), await textOf(body), await textOf(body)])
    await readAll(io, log, call)
  },
}

describe('a streamed answer', () => {
  it.each(Object.entries(PROGRAMS))('is the same in a replay: %s', async (_, program) => {
    const bench = new LiveBench()
    const live = await transcript(program, bench.live())
    expect(live).not.toHaveLength(0)
    expect(await transcript(program, await replayOf(bench))).toEqual(live)
    const second = await transcript(program, bench.live({ attempt: 1 }))
    expect(await transcript(program, await replayOf(bench, 1))).toEqual(second)
  })

  it('is there while it comes, and its end when the fact is durable', async () => {
    const bench = new LiveBench()
    const second = Promise.withResolvers<string>()
    const call = streaming(['one', second.promise as unknown as string])
    const body = await bodyOf(bench.live(), call)
    expect(await textOf(body)).toBe('one')
    const reading = textOf(body)
    expect(await bench.facts()).toEqual([])
    second.resolve('two')
    expect(await reading).toBe('two')
    expect(await bench.facts()).toEqual([])
    expect(await textOf(body)).toBeUndefined()
    const [fact] = await bench.facts()
    expect(fact?.meta).toMatchObject({
      outcome: 'answered',
      attachments: [{}, {}].map(() => expect.any(String)),
    })
    const [bodyId, deliveryId] =
      fact !== undefined && 'v' in fact.meta ? (fact.meta.attachments ?? []) : []
    expect(await bench.json(fact?.payloadId)).toEqual({
      kind: 'streamed_answer',
      v: 1,
      response: { head: 'x' },
      body: { artifact: bodyId, bytes: 6 },
      ended: 'complete',
      error: null,
    })
    expect(await bench.json(deliveryId)).toEqual({
      kind: 'stream_delivery',
      v: 1,
      head: [0, 0],
      chunks: [
        [3, 0, 0, 1],
        [3, 0, 0, 2],
      ],
    })
    expect(await bench.stores.artifacts.get(bodyId ?? fail())).toEqual(
      new TextEncoder().encode('onetwo'),
    )
  })

  it('is answered from its fact in a later attempt, where it came whole, and asked again else', async () => {
    const bench = new LiveBench()
    const program =
      (texts: readonly (string | Error)[]): Program =>
      async (io, log) => {
        await readAll(io, log, streaming(['whole'], 'a'))
        await readAll(io, log, streaming(texts, 'b'))
      }
    const cut = await transcript(program(['b1', new MfmError('http_failed')]), bench.live())
    expect(cut).toMatchObject([
      { head: 'a' },
      'whole',
      'the end',
      { head: 'b' },
      'b1',
      { code: 'http_failed', retryable: true },
    ])
    const again = program(['b1', 'b2'])
    const second = await transcript(again, bench.live({ attempt: 1 }))
    expect(second).toEqual([
      { head: 'a' },
      'whole',
      'the end',
      { head: 'b' },
      'b1',
      'b2',
      'the end',
    ])
    expect(
      (await bench.facts()).map(({ meta }) => 'v' in meta && [meta.outcome, meta.attempt]),
    ).toEqual([
      ['answered', 0],
      ['failed', 0],
      ['answered', 1],
    ])
    expect(await transcript(again, await replayOf(bench, 0))).toEqual(cut)
    expect(await transcript(again, await replayOf(bench, 1))).toEqual(second)
  })

  it('ends with its signal, and lets go of what gives the chunks', async () => {
    const bench = new LiveBench()
    const controller = new AbortController()
    let wasAborted = false
    const call: IoCall = {
      ...streaming([]),
      perform: async ({ signal }) => ({
        response: 1,
        body: {
          async *[Symbol.asyncIterator]() {
            yield Uint8Array.of(97)
            signal.addEventListener('abort', () => {
              wasAborted = true
            })
            controller.abort(new Error('enough'))
            await new Promise(() => undefined)
          },
        },
      }),
    }
    const program =
      (signal?: AbortSignal): Program =>
      async (io, log) => {
        const { body } = await io.call(call, { signal })
        for await (const chunk of body ?? []) log(chunk)
      }
    const live = await transcript(program(controller.signal), bench.live())
    expect(live).toMatchObject([Uint8Array.of(97), { code: 'call_aborted' }])
    expect(wasAborted).toBe(true)
    expect((await bench.facts()).map(({ meta }) => 'v' in meta && meta.outcome)).toEqual([
      'aborted',
    ])
    expect(await transcript(program(), await replayOf(bench))).toEqual(live)
  })

  it('is given up when its provider is closed', async () => {
    const bench = new LiveBench()
    const io = bench.live()
    const body = await bodyOf(io, streaming(['a', 'b']))
    await textOf(body)
    const late = bodyOf(io, streaming(['c'], 'late'))
    await io.close()
    expect(await (await late).next()).toMatchObject({ done: true })
    const [fact, ...others] = await bench.facts()
    expect(others).toHaveLength(1)
    expect(await bench.json(fact?.payloadId)).toMatchObject({ ended: 'aborted', error: null })
    const replay = await bodyOf(await replayOf(bench), streaming([]))
    expect(await textOf(replay)).toBe('a')
    await expect(replay.next()).rejects.toMatchObject({ code: 'stream_exhausted' })
  })

  it('that is longer than may be recorded ends in an error', async () => {
    const bench = new LiveBench()
    const program: Program = (io, log) => readAll(io, log, streaming(['12345', '67', '8']))
    const live = await transcript(program, bench.live({ maxStreamBytes: 6 }))
    expect(live).toMatchObject([{}, '12345', { code: 'stream_too_large' }])
    expect(await transcript(program, await replayOf(bench))).toEqual(live)
  })

  it('that cannot be recorded ends in an error, for who reads it and who gives it up', async () => {
    const bench = new LiveBench()
    const trouble = new MfmError('fact_binding_append_failed')
    const { writer } = bench
    const broken = {
      findFact: (key: string) => writer.findFact(key),
      factMeta: (key: string) => writer.factMeta(key),
      recordFact: () => Promise.reject(trouble),
    }
    const io = bench.live({ writer: broken })
    const read = await bodyOf(io, streaming(['a'], 'read'))
    expect(await textOf(read)).toBe('a')
    await expect(read.next()).rejects.toBe(trouble)
    expect(await read.next()).toMatchObject({ done: true })
    await expect((await bodyOf(io, streaming(['a'], 'left'))).return()).rejects.toBe(trouble)
    await bodyOf(io, streaming(['a'], 'open'))
    await expect(io.close()).rejects.toBe(trouble)
  })

  it('that holds a secret is not recorded, and its reader is told at the end', async () => {
    const bench = new LiveBench()
    const program: Program = (io, log) =>
      readAll(io, log, streaming(['{"pass', 'word":"hunter2-hunter2"}', ' more']))
    const live = await transcript(program, bench.live())
    expect(live.at(-2)).toBe(' more')
    expect(live.at(-1)).toMatchObject({ code: 'secrets_detected' })
    const [fact, ...others] = await bench.facts()
    expect(others).toEqual([])
    expect(fact?.meta).not.toHaveProperty('attachments')
    // The chunks are nowhere, so a replay tells of it at the head.
    expect(await transcript(program, await replayOf(bench))).toEqual(live.slice(-1))
    const head: Program = (io, log) =>
      readAll(io, log, answeringWith({ response: { password: 'hunter2-hunter2' }, body: [] }))
    expect(await transcript(head, new LiveBench().live())).toMatchObject([
      { code: 'secrets_detected' },
    ])
  })

  it('cannot use the provider while it gives chunks', async () => {
    const bench = new LiveBench()
    const io = bench.live()
    const nested = (async function* () {
      yield String(await io.nowMillis())
    })()
    await expect(textOf(await bodyOf(io, streaming(nested)))).rejects.toMatchObject({
      code: 'io_nested',
    })
  })

  it('is not recorded where its call is not', async () => {
    const bench = new LiveBench()
    const body = await bodyOf(bench.live(), { ...streaming(['a']), factKey: null })
    expect([await textOf(body), await textOf(body)]).toEqual(['a', undefined])
    expect(await bench.facts()).toEqual([])
  })

  it('comes in the same order as everything else of its attempt', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.constantFrom(...KINDS), { minLength: 2, maxLength: 6 }),
        async (s, kinds) => {
          const program = racing(s, kinds)
          const bench = new LiveBench()
          let now = 0
          const clock = () => now++
          const first = await s.waitFor(transcript(program, bench.live({ clock })))
          const second = await s.waitFor(transcript(program, bench.live({ clock, attempt: 1 })))
          expect(await transcript(program, await replayOf(bench, 0))).toEqual(first)
          expect(await transcript(program, await replayOf(bench, 1))).toEqual(second)
        },
      ),
      { numRuns: 100 },
    )
  })
})

const KINDS = ['call', 'whole', 'cut', 'given up', 'asking'] as const

/** Calls and streams at the same time, whose parts come in any order, and each of which shows who came before it. */
function racing(s: fc.Scheduler, kinds: readonly (typeof KINDS)[number][]): Program {
  const late = <T>(value: T): Promise<T> => s.schedule(Promise.resolve(value))
  const plain = (name: string): IoCall => ({
    namespace: 'test',
    request: { name },
    perform: () => late({ response: name }),
  })
  async function* chunks(name: string, isCut: boolean): AsyncGenerator<string | Error> {
    for (const part of ['p', 'q', 'r']) yield await late(`${part} of ${name}`)
    if (isCut) yield new MfmError('http_failed')
  }
  return async (io, log) => {
    const read = async (name: string, kind: (typeof KINDS)[number]): Promise<void> => {
      const body = await bodyOf(io, streaming(chunks(name, kind === 'cut'), name))
      log(`head of ${name}`)
      for await (const chunk of body) {
        log(Buffer.from(chunk).toString())
        // Which of the streams asks first shows in what it is answered.
        log(kind === 'asking' ? (await io.call(plain(name))).response : await io.nowMillis())
        if (kind === 'given up') break
      }
    }
    const branch = async (kind: (typeof KINDS)[number], index: number): Promise<void> => {
      const name = `${kind} ${index}`
      if (kind === 'call') await io.call(plain(name))
      else await read(name, kind).catch((error: unknown) => log(thrown(error)))
      log(`end of ${name}`)
      log(await io.nowMillis())
    }
    await Promise.all(kinds.map(branch))
  }
}

function fail(): never {
  throw new Error('there is nothing')
}
