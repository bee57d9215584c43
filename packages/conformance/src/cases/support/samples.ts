import { artifactIdOf, canonicalize, sha256 } from '@mfm/canonical-json'
import type {
  ArtifactId,
  Digest,
  EventEnvelope,
  EventStore,
  FactRecorded,
  JsonValue,
  RunEvent,
  RunId,
  StateId,
} from '@mfm/core-types'
import { seededRandom } from '../../run/seeded-random.ts'
import { at } from './expecting.ts'

const encoder = new TextEncoder()

/** Where a case takes its chances from: {@link CaseContext.random}. */
export interface Chance {
  random(): number
}

/** A sequence of its own, the same under the same seed, for one of several that draw at once. */
export function forkChance(chance: Chance): Chance {
  return { random: seededRandom(Math.floor(chance.random() * 2 ** 32), 'fork') }
}

/** A whole number from `min` to `max`, both inclusive. */
export function someInteger(chance: Chance, min: number, max: number): number {
  return min + Math.floor(chance.random() * (max - min + 1))
}

/** One of a list that is not empty. */
export function someOf<T>(chance: Chance, items: readonly T[]): T {
  return at(items, someInteger(chance, 0, items.length - 1))
}

/** A fresh run id, the same under the same seed. */
export function newRun(chance: Chance): RunId {
  const hex = Array.from({ length: 32 }, () => someInteger(chance, 0, 15).toString(16)).join('')
  const variant = '89ab'.charAt(someInteger(chance, 0, 3))
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`]
  return [...parts, `${variant}${hex.slice(17, 20)}`, hex.slice(20)].join('-') as RunId // a UUID of version 4
}

export function bytesOf(text: string): Uint8Array {
  return encoder.encode(text)
}

export function idOf(text: string): ArtifactId {
  return artifactIdOf(text)
}

export const STATE: StateId = 'machine.step.local' as StateId // fits the grammar

export function domainEvent(payload: JsonValue, name = 'noted'): RunEvent {
  return { type: 'domain', v: 1, name, payload, payloadRef: null, stateId: STATE, attempt: 0 }
}

export function factEvent(key: string, payloadId: ArtifactId): FactRecorded {
  return { type: 'fact_recorded', v: 1, key, payloadId, meta: {} }
}

export interface ChainStart {
  readonly run: RunId
  /** Head to go on from; 0 where absent. */
  readonly after?: number
  readonly tsMillis?: number | null
}

/** Numbers events from a head on. */
export function envelopes(
  { run, after = 0, tsMillis = null }: ChainStart,
  events: readonly RunEvent[],
): EventEnvelope[] {
  let prev: Digest | null = null
  return events.map((event, index) => {
    const envelope: EventEnvelope = { runId: run, seq: after + index + 1, tsMillis, prev, event }
    prev = digestOf(envelope)
    return envelope
  })
}

export function digestOf(envelope: EventEnvelope): Digest {
  return sha256(canonicalize(envelope as unknown as JsonValue)) // plain JSON by its schema
}

/** Events that say no more than their number. */
export function counted(start: ChainStart, count: number): EventEnvelope[] {
  return envelopes(
    start,
    Array.from({ length: count }, (_, index) => domainEvent({ n: (start.after ?? 0) + index + 1 })),
  )
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}

export async function seqsOf(store: EventStore, run: RunId): Promise<number[]> {
  return (await collect(store.read(run))).map(({ seq }) => seq)
}

export function upTo(last: number, first = 1): number[] {
  return Array.from({ length: Math.max(last - first + 1, 0) }, (_, index) => first + index)
}
