import type {
  EventEnvelope,
  FactRecorded,
  JsonValue,
  RunId,
  StateId,
  Stores,
  Transport,
  TransportAnswer,
  TransportCall,
} from '@mfm/core-types'
import { resolverOf, SecretGuard } from '@mfm/secrets'
import { openMemoryStores } from '@mfm/store-memory'
import type { LiveIoOptions } from '../src/live-io.ts'
import { LiveIo } from '../src/live-io.ts'
import { EMPTY_HEAD } from '../src/run-head.ts'
import { RunWriter } from '../src/run-writer.ts'

export const RUN = '11111111-2222-4333-8444-555555555555' as RunId
export const STATE = 'demo.main.fetch' as StateId

/** A run on memory, with a transport that answers as it is told and remembers what it was asked. */
export class LiveBench implements Transport {
  readonly stores: Stores
  readonly writer: RunWriter
  readonly asked: TransportCall[] = []
  answer: (call: TransportCall) => TransportAnswer | Promise<TransportAnswer> = () => ({
    response: { n: this.asked.length },
  })

  constructor(stores: Stores = openMemoryStores()) {
    this.stores = stores
    this.writer = new RunWriter({ stores, runId: RUN, head: EMPTY_HEAD })
  }

  async call(call: TransportCall): Promise<TransportAnswer> {
    this.asked.push(call)
    return await this.answer(call)
  }

  live(options: Partial<LiveIoOptions> & { readonly attempt?: number } = {}): LiveIo {
    const { attempt = 0, ...others } = options
    return new LiveIo({
      scope: { runId: RUN, stateId: STATE, attempt },
      writer: this.writer,
      artifacts: this.stores.artifacts,
      transport: this,
      guard: new SecretGuard({ mode: 'refuse' }),
      resolveSecret: resolverOf({ token: 'the value of the token' }),
      clock: () => 1_000,
      randomBytes: (length) => new Uint8Array(length).fill(7),
      sleep: () => Promise.resolve(),
      ...others,
    })
  }

  async facts(): Promise<FactRecorded[]> {
    const facts: FactRecorded[] = []
    for (const { event } of await this.envelopes()) {
      if (event.type === 'fact_recorded') facts.push(event)
    }
    return facts
  }

  async envelopes(): Promise<EventEnvelope[]> {
    const all: EventEnvelope[] = []
    for await (const envelope of this.stores.events.read(RUN)) all.push(envelope)
    return all
  }

  async json(id: FactRecorded['payloadId'] | null | undefined): Promise<JsonValue> {
    if (id === null || id === undefined) throw new Error('there is no document')
    return JSON.parse(new TextDecoder().decode(await this.stores.artifacts.get(id)))
  }
}
