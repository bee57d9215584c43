import { artifactIdOf } from '@mfm/canonical-json'
import type { IoProvider, IoResult, StreamedBody, TransportCall } from '@mfm/core-types'
import { isMfmError, MfmError } from '@mfm/errors'
import fc from 'fast-check'

/** What a program does, in words of which programs that race with themselves are made. */
export type Step =
  | { readonly do: 'call'; readonly key: number | null; readonly request: number }
  | { readonly do: 'next call' }
  | { readonly do: 'value'; readonly key: number; readonly value: number }
  | { readonly do: 'now' | 'noise' | 'refused' | 'body' }
  | { readonly do: 'look'; readonly key: number }
  | Stream
  | Wait
  | Fork

/** Opens a streamed answer and reads some of it. */
interface Stream {
  readonly do: 'stream'
  readonly key: number | null
  readonly reads: number
  /** One read after the other, or all at once; or with another question after each. */
  readonly how: 'in turn' | 'at once' | 'asking'
  readonly then: 'leave' | 'give up' | 'give up at once'
}

interface Wait {
  readonly do: 'wait'
  readonly microtasks: number
}

interface Fork {
  readonly do: 'all' | 'race'
  readonly branches: readonly (readonly Step[])[]
}

export type Program = readonly Step[]

const KEYS = 3

export const { program } = fc.letrec<{ step: Step; program: Step[] }>((tie) => ({
  program: fc.array(tie('step'), { minLength: 1, maxLength: 4 }),
  step: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('call' as const),
        key: fc.constantFrom(0, 1, 2, null),
        request: fc.constantFrom(0, 0, 0, 0, 1),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('next call' as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('value' as const),
        key: fc.nat({ max: 1 }),
        value: fc.nat({ max: 1 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constantFrom('now', 'noise', 'refused', 'body') }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('look' as const), key: fc.nat({ max: KEYS - 1 }) }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('stream' as const),
        key: fc.constantFrom(0, 1, 2, null, null),
        reads: fc.nat({ max: 5 }),
        how: fc.constantFrom('in turn', 'at once', 'asking'),
        // biome-ignore lint/suspicious/noThenProperty: nothing awaits it
        then: fc.constantFrom('leave', 'give up', 'give up at once'),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('wait' as const), microtasks: fc.nat({ max: 40 }) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constantFrom('all', 'race'),
        branches: fc.array(tie('program'), { minLength: 2, maxLength: 4 }),
      }),
    },
  ),
}))

const body = new TextEncoder().encode('a body')
const attachment = { id: artifactIdOf(body), bytes: body }

/** The world: answers by chance, and takes its time. */
export interface World {
  perform(call: TransportCall): Promise<number>
  chunks(): AsyncIterable<Uint8Array>
}

/** Runs a program; what comes of each step is written down in the order in which its caller goes on. */
export async function run(
  steps: Program,
  io: IoProvider,
  world: World,
): Promise<readonly unknown[]> {
  const trace: unknown[] = []
  await new Racer(io, world, trace).sequence(steps, '', new AbortController().signal)
  return [...trace]
}

class Racer {
  readonly #io: IoProvider
  readonly #world: World
  readonly #trace: unknown[]

  constructor(io: IoProvider, world: World, trace: unknown[]) {
    this.#io = io
    this.#world = world
    this.#trace = trace
  }

  async sequence(steps: Program, place: string, signal: AbortSignal): Promise<void> {
    for (const [index, step] of steps.entries()) await this.#do(step, `${place}/${index}`, signal)
  }

  async #do(step: Step, place: string, signal: AbortSignal): Promise<void> {
    if (step.do === 'wait') {
      for (let count = 0; count < step.microtasks; count += 1) await Promise.resolve()
      this.#trace.push(place)
    } else if ('branches' in step) {
      await this.#fork(step, place, signal)
    } else if (step.do === 'stream') {
      await this.#stream(step, place, signal)
    } else {
      await this.#note(place, this.#ask(step, signal))
    }
  }

  async #note<T>(place: string, asked: Promise<T>): Promise<T | undefined> {
    try {
      const seen = await asked
      this.#trace.push([place, seen])
      return seen
    } catch (error) {
      this.#trace.push([place, isMfmError(error) ? error.toInfo() : String(error)])
      return undefined
    }
  }

  async #stream(step: Stream, place: string, signal: AbortSignal): Promise<void> {
    const key = step.key === null ? undefined : `k${step.key}`
    let body: StreamedBody | undefined
    const opening = this.#result('request 0', key, signal, true).then((result) => {
      body = result.body
      return result.response
    })
    await this.#note(place, opening)
    if (body !== undefined) await this.#read(body, step, place)
  }

  async #read(body: StreamedBody, step: Stream, place: string): Promise<void> {
    const reading: Promise<unknown>[] = []
    for (let index = 0; index < step.reads; index += 1) {
      const read = this.#note(`${place} read ${index}`, textOf(body.next()))
      reading.push(read)
      if (step.how === 'at once') continue
      await read
      if (step.how === 'asking') {
        await this.#note(`${place} time`, this.#io.nowMillis())
      }
    }
    if (step.then === 'give up at once') reading.push(this.#note(`${place} end`, body.return()))
    await Promise.all(reading)
    if (step.then === 'give up') await this.#note(`${place} end`, body.return())
  }

  /** The losers of a race are aborted, and go on all the same. */
  async #fork({ do: how, branches }: Fork, place: string, signal: AbortSignal): Promise<void> {
    const losers = new AbortController()
    const own = how === 'race' ? AbortSignal.any([signal, losers.signal]) : signal
    const running = branches.map((branch, index) => this.sequence(branch, `${place}.${index}`, own))
    await (how === 'race' ? Promise.race(running) : Promise.all(running))
    losers.abort()
    this.#trace.push(`${place} ends`)
  }

  async #ask(step: Exclude<Step, Stream | Wait | Fork>, signal: AbortSignal): Promise<unknown> {
    const io = this.#io
    switch (step.do) {
      case 'call':
        return await this.#call(
          step.key === null ? undefined : `k${step.key}`,
          step.request,
          signal,
        )
      case 'next call':
        // What has come until now decides about what is asked for.
        return await this.#call(`k${this.#trace.length % KEYS}`, 0, signal)
      case 'value':
        return await io.recordValue(`k${step.key}`, step.value)
      case 'now':
        return await io.nowMillis()
      case 'noise':
        return await io.randomBytes(2)
      case 'look':
        return await io.getRecordedFact(`k${step.key}`)
      case 'refused':
        return await io.call({ namespace: 'No', request: null })
      case 'body':
        return await readBody(await this.#result('body', undefined, signal))
    }
  }

  async #call(key: string | undefined, request: number, signal: AbortSignal): Promise<unknown> {
    return (await this.#result(`request ${request}`, key, signal)).response
  }

  async #result(
    request: string,
    factKey: string | undefined,
    signal: AbortSignal,
    isStreamed = false,
  ): Promise<IoResult> {
    const perform = async (call: TransportCall) => {
      const response = await this.#world.perform(call)
      if (call.stream === true) return { response, body: this.#world.chunks() }
      return { response, attachments: request === 'body' ? [attachment] : [] }
    }
    const call = { namespace: 'test', request, factKey, perform }
    return await this.#io.call(isStreamed ? { ...call, stream: true } : call, { signal })
  }
}

async function textOf(reading: Promise<IteratorResult<Uint8Array, undefined>>): Promise<unknown> {
  const { done, value } = await reading
  return done === true ? 'is over' : new TextDecoder().decode(value)
}

async function readBody(result: IoResult): Promise<string> {
  return new TextDecoder().decode(await result.attachment(attachment.id))
}

/** Pauses until it is their turn by chance, and not by the time that anything takes. */
export class Chance implements World {
  #state: number
  readonly #paused: (() => void)[] = []
  #answers = 0
  #isOver = false

  constructor(seed: number) {
    this.#state = seed
  }

  /** An even number below `limit`; mulberry32. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }

  async perform(): Promise<number> {
    await this.pause()
    if (this.below(4) === 0) throw new MfmError('http_failed')
    this.#answers += 1
    return this.#answers
  }

  async *chunks(): AsyncGenerator<Uint8Array, void> {
    for (let count = this.below(5); count > 0; count -= 1) {
      await this.pause()
      this.#answers += 1
      yield new TextEncoder().encode(`chunk ${this.#answers}`)
    }
    await this.pause()
    if (this.below(4) === 0) throw new MfmError('http_failed')
  }

  async pause(): Promise<void> {
    // Not everything takes time.
    if (this.below(3) === 0 && !this.#isOver) return
    await new Promise<void>((resolve) => this.#paused.push(resolve))
  }

  /** Lets those who wait go on, in any order, until the task has ended. */
  async release<T>(waiting: (() => void)[], task: Promise<T>): Promise<T> {
    const watch = watched(task)
    while (!watch.isEnded) {
      for (let count = this.below(40); count >= 0; count -= 1) {
        waiting.splice(this.below(waiting.length), 1)[0]?.()
      }
      await macrotask()
    }
    return await task
  }

  /**
   * Lets what is paused go on, in any order and several at a time, until the task has ended. After so many steps the
   * process dies: nothing goes on any more.
   */
  async drive<T>(task: Promise<T>, steps = Number.POSITIVE_INFINITY): Promise<T | undefined> {
    const watch = watched(task)
    for (let step = 0; step < steps; step += 1) {
      await macrotask()
      if (watch.isEnded) return await task
      for (let count = this.below(3); count >= 0; count -= 1) {
        this.#paused.splice(this.below(this.#paused.length), 1)[0]?.()
      }
    }
    this.#isOver = true
    await macrotask()
    return undefined
  }
}

function macrotask(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function watched(task: Promise<unknown>): { readonly isEnded: boolean } {
  const watch = { isEnded: false }
  const end = (): void => {
    watch.isEnded = true
  }
  task.then(end, end)
  return watch
}
