import { bytesArtifact, jsonArtifact } from '@mfm/canonical-json'
import type {
  ArtifactId,
  FactMeta,
  FactOutcome,
  JsonValue,
  NewArtifact,
  RunEvent,
  RunId,
  StateId,
  Stores,
} from '@mfm/core-types'
import { callKey, derivedKey, failureKey } from '@mfm/facts'
import { SecretGuard } from '@mfm/secrets'
import { openMemoryStores } from '@mfm/store-memory'
import { FactSource } from '../src/fact-source.ts'
import type { ReplayIoOptions } from '../src/replay-io.ts'
import { ReplayIo } from '../src/replay-io.ts'

export const RUN = '11111111-2222-4333-8444-555555555555' as RunId
export const STATE = 'demo.main.fetch' as StateId

interface Recorded {
  readonly key: string
  readonly payload: NewArtifact
  readonly request?: JsonValue
  readonly meta?: Partial<FactMeta> | null
}

/** A recorded run, written by hand: nothing here performs IO. */
export class Recording {
  readonly stores: Stores
  #seq = 0
  #ordinal = 0

  constructor(stores: Stores = openMemoryStores()) {
    this.stores = stores
  }

  async fact({ key, payload, request, meta }: Recorded): Promise<ArtifactId> {
    const { artifacts } = this.stores
    await artifacts.put('fact_payload', payload.bytes)
    const asked = request === undefined ? undefined : jsonArtifact('fact_request', request)
    if (asked !== undefined) await artifacts.put('fact_request', asked.bytes)
    const origin: FactMeta = {
      v: 1,
      namespace: 'test',
      requestId: asked?.id ?? null,
      outcome: 'answered',
      stateId: STATE,
      attempt: 0,
      ordinal: this.#ordinal++,
      ...meta,
    }
    await this.event({
      type: 'fact_recorded',
      v: 1,
      key,
      payloadId: payload.id,
      meta: meta === null ? {} : origin,
    })
    return payload.id
  }

  /** An answered call under the key that is made of it. */
  async answer(
    request: JsonValue,
    response: JsonValue,
    more: { occurrence?: number; meta?: Partial<FactMeta> } = {},
  ): Promise<ArtifactId> {
    const { occurrence = 0, meta = {} } = more
    const requestId = jsonArtifact('fact_request', request).id
    const { namespace = 'test', stateId = STATE } = meta
    const key = callKey({ namespace, stateId, requestId, occurrence })
    return await this.fact({ key, request, meta, payload: jsonArtifact('fact_payload', response) })
  }

  /** A failed try at a call. */
  async failure(
    request: JsonValue,
    info: JsonValue,
    outcome: FactOutcome = 'failed',
  ): Promise<void> {
    const requestId = jsonArtifact('fact_request', request).id
    const asked = callKey({ namespace: 'test', stateId: STATE, requestId, occurrence: 0 })
    const key = failureKey({ runId: RUN, stateId: STATE, attempt: 0 }, { key: asked, tries: 0 })
    await this.fact({
      key,
      request,
      payload: jsonArtifact('fact_payload', info),
      meta: { outcome },
    })
  }

  async time(payload: JsonValue, ordinal = 0): Promise<void> {
    const key = derivedKey('now_millis', { runId: RUN, stateId: STATE, attempt: 0 }, ordinal)
    const meta = { namespace: 'now_millis' }
    await this.fact({ key, payload: jsonArtifact('fact_payload', payload), meta })
  }

  async noise(bytes: Uint8Array, ordinal = 0): Promise<void> {
    const key = derivedKey('random_bytes', { runId: RUN, stateId: STATE, attempt: 0 }, ordinal)
    const meta = { namespace: 'random_bytes' }
    await this.fact({ key, payload: bytesArtifact('fact_payload', bytes), meta })
  }

  async event(event: RunEvent): Promise<void> {
    const seq = this.#seq + 1
    const envelope = { runId: RUN, seq, tsMillis: null, prev: null, event }
    this.#seq = await this.stores.events.append(RUN, this.#seq, [envelope])
  }

  async source(): Promise<FactSource> {
    return await FactSource.load(this.stores, RUN)
  }

  async replay(
    options: Partial<ReplayIoOptions> & { readonly attempt?: number } = {},
  ): Promise<ReplayIo> {
    const { attempt = 0, ...others } = options
    return new ReplayIo({
      scope: { runId: RUN, stateId: STATE, attempt },
      source: await this.source(),
      guard: new SecretGuard({ mode: 'refuse' }),
      ...others,
    })
  }
}
