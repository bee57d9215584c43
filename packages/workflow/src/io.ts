import { outsideState } from '@mfm/ambient'
import type {
  CallOptions,
  DivergencePolicy,
  FactKey,
  IoProvider,
  JsonValue,
  RequestValue,
} from '@mfm/core-types'
import type { FetchInit, HttpInput } from '@mfm/transport-http'
import { fetchThrough } from '@mfm/transport-http'
import type { StreamSource } from './stream-values.ts'
import { streamValues } from './stream-values.ts'

export interface RecordOptions {
  /** The fact key; by default derived from the state and the name. */
  readonly key?: FactKey
  /** What is done where the call is not the recorded one; that of the state by default. */
  readonly divergence?: DivergencePolicy | undefined
}

/** Outside input for a state. Each answer is recorded as a fact; a resume and a replay get the same one. */
export interface Io {
  /**
   * As the global `fetch`; also takes `{ endpoint, path }` for a server known by name. With `stream: true` the answer
   * is there while its body comes: read it to its end, or cancel it.
   */
  fetch(input: HttpInput, init?: FetchInit): Promise<Response>
  /** Milliseconds since the epoch. */
  now(): Promise<number>
  /** A number from 0 (inclusive) to 1 (exclusive), as `Math.random` gives. */
  random(): Promise<number>
  /** Recorded in the clear: noise, never key material. */
  randomBytes(length: number): Promise<Uint8Array>
  /** A random UUID, version 4. */
  uuid(): Promise<string>
  /**
   * Records what `produce` gives: the way to bring in any other outside input, such as a file or a command's output.
   * It runs once per run; a resume and a replay get the recorded value. What it gives must be plain JSON.
   */
  record<T>(name: string, produce: T | (() => T | Promise<T>), options?: RecordOptions): Promise<T>
  /**
   * Records a sequence of values, such as the tokens of a model, and hands each on as soon as it is there. It is one
   * fact, recorded when it has ended; who stops reading ends it. Each value must be plain JSON.
   */
  stream<T>(name: string, produce: StreamSource<T>, options?: RecordOptions): AsyncIterable<T>
  /** Waits; in a replay, returns at once. */
  sleep(millis: number, options?: CallOptions): Promise<void>
  /** A call to the transport of a namespace, for transports that have no method here. */
  call(namespace: string, request: RequestValue, options?: RecordOptions): Promise<JsonValue>
}

/** The `io` of a state for code without an engine, from the provider of a recording or a replay. */
export function ioFrom(provider: IoProvider, signal?: AbortSignal): Io {
  const options: CallOptions = { signal }
  return {
    fetch: async (input, init) =>
      await outsideState(() => fetchThrough(provider, input, { signal, ...init })),
    now: async () => await provider.nowMillis(),
    random: async () => unitInterval(await provider.randomBytes(7)),
    randomBytes: async (length) => await provider.randomBytes(length),
    uuid: async () => uuidFrom(await provider.randomBytes(16)),
    record: async <T>(name: string, produce: T | (() => T | Promise<T>), own?: RecordOptions) => {
      const { response } = await provider.call(
        {
          namespace: 'local',
          request: { kind: 'record', name },
          factKey: own?.key,
          divergence: own?.divergence,
          perform: async () => ({ response: (await produced(produce)) as JsonValue }),
        },
        options,
      )
      // Decoded from what was recorded, and the recorder refuses what JSON cannot give back.
      return response as T
    },
    stream: (name, produce, own) =>
      streamValues(provider, { name, key: own?.key, produce }, options),
    sleep: async (millis, own) => await provider.sleepMs(millis, { ...options, ...own }),
    call: async (namespace, request, own) => {
      const { response } = await provider.call(
        { namespace, request, factKey: own?.key, divergence: own?.divergence },
        options,
      )
      return response
    },
  }
}

async function produced<T>(produce: T | (() => T | Promise<T>)): Promise<T> {
  if (typeof produce !== 'function') return produce
  // A value that is itself a function has no JSON form, so a function here is a producer.
  return await (produce as () => T | Promise<T>)()
}

/** 53 random bits as a double, the way `Math.random` implementations do. */
function unitInterval(bytes: Uint8Array): number {
  let bits = 0
  for (const byte of bytes) bits = bits * 256 + byte
  return Math.floor(bits / 8) / 2 ** 53
}

/** RFC 9562, section 5.4. */
function uuidFrom(random: Uint8Array): string {
  const bytes = Uint8Array.from(random)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Buffer.from(bytes).toString('hex')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
