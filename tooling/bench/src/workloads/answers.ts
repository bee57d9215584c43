import { createHash } from 'node:crypto'
import type {
  ArtifactId,
  EventEnvelope,
  JsonObject,
  RunId,
  Stores,
  Transport,
  TransportAnswer,
  TransportCall,
} from '@mfm/core-types'
import { expectEqual } from '../harness/check.ts'

/** The namespace that the transport serves. */
export const NAMESPACE = 'bench'

/** The n-th call of a series. Series differ, so that no two runs share documents. */
export function requestOf(series: string, n: number): JsonObject {
  return { item: n, series }
}

/** About 200 bytes. Members are in canonical order, so `JSON.stringify` writes the bytes that are stored. */
export function answerOf(series: string, n: number): JsonObject {
  return {
    available: n % 3 > 0,
    id: n,
    labels: ['first', 'second', `group ${n % 17}`],
    name: `item ${n} of the series ${series}`,
    price: { amount: (n % 1000) / 8, currency: 'EUR' },
    text: `What an interface answers about item ${n}: a sentence or two of plain text.`,
  }
}

/** Answers at once, and counts. */
export class AnsweringTransport implements Transport {
  calls = 0
  readonly #onCall: (n: number) => void

  /** @param onCall told of each call before it is answered */
  constructor(onCall: (n: number) => void = () => undefined) {
    this.#onCall = onCall
  }

  async call({ request }: TransportCall): Promise<TransportAnswer> {
    const { item, series } = request as { readonly item: number; readonly series: string } // see requestOf
    this.calls += 1
    this.#onCall(item)
    return { response: answerOf(series, item) }
  }
}

/** Ids of the payloads in the order of their calls, worked out without any of the code that is measured. */
function expectedPayloads(series: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => {
    return createHash('sha256')
      .update(JSON.stringify(answerOf(series, n)))
      .digest('hex')
  })
}

export interface ExpectedFacts {
  readonly runId: RunId
  readonly series: string
  readonly count: number
}

/**
 * Reads a run's stream from its store and compares the facts on it with what the calls were answered.
 *
 * @throws CheckFailed
 */
export async function checkFacts(
  stores: Pick<Stores, 'events'>,
  { runId, series, count }: ExpectedFacts,
): Promise<void> {
  const payloads: ArtifactId[] = []
  let seq = 0
  for await (const envelope of stores.events.read(runId)) {
    seq += 1
    expectEqual('sequence of an event', envelope.seq, seq)
    payloads.push(...payloadOf(envelope))
  }
  expectEqual(`facts of the series ${series}`, payloads.length, count)
  const expected = expectedPayloads(series, count)
  expectEqual(`digest of the series ${series}`, digestOf(payloads), digestOf(expected))
}

function payloadOf({ event }: EventEnvelope): readonly ArtifactId[] {
  return event.type === 'fact_recorded' ? [event.payloadId] : []
}

function digestOf(ids: readonly string[]): string {
  return createHash('sha256').update(ids.join('\n')).digest('hex')
}
