import type { IoProvider } from '@mfm/core-types'
import { openRecording, TransportRouter } from '@mfm/io-live'
import { openReplay } from '@mfm/io-replay'
import { openMemoryStores } from '@mfm/store-memory'
import { fetchThrough, httpTransport } from '@mfm/transport-http'
import type { InstrumentOptions } from '../src/index.ts'
import { instrument } from '../src/index.ts'
import type { RecordedIo } from '../src/instrument/recorded-io.ts'

/** As the `io` of a state. */
export function ioOf(provider: IoProvider): RecordedIo {
  return {
    fetch: (input, init) => fetchThrough(provider, input, init),
    now: () => provider.nowMillis(),
    randomBytes: (length) => provider.randomBytes(length),
    sleep: (millis, options) => provider.sleepMs(millis, options),
  }
}

export interface Recorded<T> {
  readonly result: T
  readonly keys: readonly string[]
  /** Everything that was stored, as text. */
  readonly stored: string
  /** Runs the program again on what was recorded. */
  readonly replay: (program: () => Promise<T>) => Promise<T>
}

/** Runs an instrumented program live. */
export async function record<T>(
  program: () => Promise<T>,
  options: InstrumentOptions & { readonly endpoint?: string } = {},
): Promise<Recorded<T>> {
  const stores = openMemoryStores()
  const { endpoint } = options
  const transport = new TransportRouter({
    http: httpTransport({ ...(endpoint !== undefined && { endpoints: { api: endpoint } }) }),
  })
  const recording = await openRecording({ stores, transport })
  const result = await instrument(ioOf(recording), program, options)
  await recording.close()
  const { runId } = recording
  const keys: string[] = []
  const texts: string[] = []
  for await (const envelope of stores.events.read(runId)) {
    texts.push(JSON.stringify(envelope))
    if (envelope.event.type !== 'fact_recorded') continue
    keys.push(envelope.event.key)
    texts.push(Buffer.from(await stores.artifacts.get(envelope.event.payloadId)).toString())
    const { requestId } = envelope.event.meta as { readonly requestId?: string | null }
    if (requestId)
      texts.push(Buffer.from(await stores.artifacts.get(requestId as never)).toString())
  }
  return {
    result,
    keys,
    stored: texts.join('\n'),
    replay: async (again) => {
      const replay = await openReplay({ stores, runId })
      return await instrument(ioOf(replay), again, options)
    },
  }
}
