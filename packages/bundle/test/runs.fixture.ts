import { bytesArtifact } from '@mfm/canonical-json'
import type {
  EventEnvelope,
  OpId,
  Plan,
  RunConfig,
  RunId,
  StateHandler,
  StateId,
  Stores,
  Transport,
} from '@mfm/core-types'
import { DEFAULT_RUN_CONFIG } from '@mfm/core-types'
import { Engine } from '@mfm/engine'
import { TransportRouter } from '@mfm/io-live'
import type { ReadBundleRequest } from '../src/index.ts'
import { exportBundle, importBundle } from '../src/index.ts'

export const RUN = '11111111-2222-4333-8444-555555555555' as RunId
export const OTHER_RUN = '22222222-2222-4333-8444-555555555555' as RunId

const LONG = 'a large value that is stored apart '.repeat(60)

/** A transport that answers with what it is asked, and with a body that is not text. */
const transport: Transport = new TransportRouter({
  test: {
    call: async ({ request }) => {
      const text = JSON.stringify(request)
      const { id, bytes } = bytesArtifact('attachment', Buffer.from(`\0\xff${text}`, 'latin1'))
      return { response: { body: id, echo: text }, attachments: [{ id, bytes }] }
    },
  },
})

/** An engine whose clock stands still, so that equal runs are equal to the byte. */
export function engineOn(stores: Stores): Engine {
  return new Engine({
    stores,
    transport,
    clock: () => 1_700_000_000_000,
    randomBytes: (length: number) => new Uint8Array(length).fill(7),
    sleep: async (_millis, signal) => signal?.throwIfAborted(),
  })
}

/**
 * Three states: facts of every kind, a context that needs a branching snapshot, audit events.
 *
 * @param atLast what the last state does before it writes
 */
export function plan(atLast: () => Promise<void> | void = () => undefined): Plan {
  const ask: StateHandler = async ({ io, context, events }) => {
    const { response } = await io.call({ namespace: 'test', request: { ask: 'price' } })
    await io.randomBytes(40)
    await events.emit('asked', { exact: 9_007_199_254_740_993n, text: 'größer' })
    context.write('price', response)
    context.write('text', LONG)
  }
  const fill: StateHandler = async ({ context, io }) => {
    for (let count = 0; count < 40; count += 1) {
      context.write(`key ${count}`, `${count} `.repeat(100))
    }
    await io.recordValue('value', LONG)
  }
  const last: StateHandler = async ({ context, io }) => {
    await atLast()
    context.write('at', await io.nowMillis())
    context.delete('key 3')
  }
  return planOf([
    ['ask', ask],
    ['fill', fill],
    ['last', last],
  ])
}

export function planOf(states: readonly (readonly [string, StateHandler])[]): Plan {
  const ids = states.map(([local]) => `demo.main.${local}` as StateId)
  return {
    opId: 'demo' as OpId,
    opVersion: 'v1',
    states: states.map(([, handler], index) => ({
      id: ids[index] ?? ids[0] ?? ('' as StateId),
      metadata: { tags: [], sideEffects: 'read_only_io', reads: null, writes: null },
      handler,
    })),
    edges: ids.slice(1).map((to, index) => ({ from: ids[index] ?? to, to })),
  }
}

export function config(change: Partial<RunConfig> = {}): RunConfig {
  return { ...DEFAULT_RUN_CONFIG, ...change }
}

export async function record(stores: Stores, runId: RunId = RUN): Promise<void> {
  await engineOn(stores).start({ plan: plan(), runConfig: config(), runId })
}

export async function bytesOf(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of source) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export async function bundleOf(stores: Stores, ...runIds: readonly RunId[]): Promise<Buffer> {
  const { bytes } = await exportBundle({ stores, runIds: runIds.length === 0 ? [RUN] : runIds })
  return await bytesOf(bytes)
}

/** Bytes as they come from a file or a socket: in portions that follow no boundary of the format. */
export async function* portions(bytes: Uint8Array, length = 1000): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += length) {
    yield bytes.subarray(start, start + length)
  }
}

export async function importInto(
  stores: Stores,
  bytes: Uint8Array,
  limits?: ReadBundleRequest['limits'],
): ReturnType<typeof importBundle> {
  return await importBundle({ stores, source: portions(bytes), limits })
}

export async function eventsOf(stores: Stores, runId: RunId = RUN): Promise<EventEnvelope[]> {
  const events: EventEnvelope[] = []
  for await (const envelope of stores.events.read(runId)) events.push(envelope)
  return events
}
