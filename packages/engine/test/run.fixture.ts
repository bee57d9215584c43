import type {
  EventEnvelope,
  JsonValue,
  RunConfig,
  RunEvent,
  RunId,
  Stores,
  Transport,
} from '@mfm/core-types'
import { DEFAULT_RUN_CONFIG } from '@mfm/core-types'
import { TransportRouter } from '@mfm/io-live'
import { openMemoryStores } from '@mfm/store-memory'
import { Engine } from '../src/engine.ts'
import type { EngineOptions } from '../src/engine-options.ts'
import { Failpoints } from '../src/failpoints.ts'

export const RUN = '11111111-2222-4333-8444-555555555555' as RunId

/** An engine on memory with a transport that counts and a clock that stands still. */
export class Bench {
  readonly stores: Stores
  readonly failpoints = new Failpoints()
  readonly waits: number[] = []
  calls = 0
  now = 1_000
  answer: (request: JsonValue) => Promise<JsonValue> | JsonValue = () => ({ n: this.calls })
  readonly engine: Engine

  constructor(stores: Stores = openMemoryStores(), options: Partial<EngineOptions> = {}) {
    this.stores = stores
    const test: Transport = {
      call: async ({ request }) => {
        this.calls += 1
        return { response: await this.answer(request as JsonValue) }
      },
    }
    this.engine = new Engine({
      stores,
      transport: new TransportRouter({ test }),
      clock: () => this.now,
      sleep: async (millis, signal) => {
        signal?.throwIfAborted()
        this.waits.push(millis)
        this.now += millis
      },
      failpoints: this.failpoints,
      ...options,
    })
  }

  async envelopes(runId: RunId = RUN): Promise<EventEnvelope[]> {
    const all: EventEnvelope[] = []
    for await (const envelope of this.stores.events.read(runId)) all.push(envelope)
    return all
  }

  /** The stream in short, snapshots numbered S0, S1, … in the order they appear. */
  async shape(runId: RunId = RUN): Promise<string[]> {
    const names = new Map<string, string>()
    const name = (id: string): string => {
      const known = names.get(id) ?? `S${names.size}`
      names.set(id, known)
      return known
    }
    return (await this.envelopes(runId)).map(({ event }) => shapeOf(event, name))
  }
}

function shapeOf(event: RunEvent, name: (id: string) => string): string {
  switch (event.type) {
    case 'run_started':
      return `run_started(${name(event.initialSnapshotId)})`
    case 'state_entered':
      return `state_entered(${event.attempt},${name(event.baseSnapshotId)})`
    case 'state_completed':
      return `state_completed(${name(event.contextSnapshotId)})`
    case 'state_failed':
      return `state_failed(${event.error.code})`
    case 'run_completed':
      return `run_completed(${event.status},${name(event.finalSnapshotId)})`
    case 'fact_recorded':
      return 'fact'
    case 'history_summarized':
      return 'summary'
    case 'domain':
      return `domain(${event.name})`
  }
}

export function config(change: Partial<RunConfig> = {}): RunConfig {
  return { ...DEFAULT_RUN_CONFIG, ...change }
}

export function retries(maxAttempts: number, delayMillis = 0): RunConfig['retry'] {
  return { maxAttempts, backoff: { type: 'fixed', delayMillis } }
}
