import type { EventEnvelope, EventStore, RunId } from '@mfm/core-types'
import { hasCode } from '@mfm/errors'
import { collect } from '../cases/support/samples.ts'
import type { StreamAnswer, StreamCall } from './stream-model.ts'

/** Makes a call of the stream model on a store. Rejects with whatever is no answer of the contract. */
export async function askStream(
  events: EventStore,
  run: RunId,
  call: StreamCall<EventEnvelope>,
): Promise<StreamAnswer<EventEnvelope>> {
  switch (call.name) {
    case 'head':
      return { head: await events.headSeq(run) }
    case 'read': {
      const { from, to } = call
      return { items: await collect(events.read(run, { from, to })) }
    }
    case 'append': {
      const { expected, items } = call
      try {
        return { head: await events.append(run, expected, items) }
      } catch (error) {
        if (!hasCode(error, 'event_store_concurrency')) throw error
        return { expected, actual: Number(error.details?.['actual']) }
      }
    }
  }
}
