import type { EventEnvelope, EventStore, RunId } from '@mfm/core-types'
import { at } from '../cases/support/expecting.ts'
import type { Chance } from '../cases/support/samples.ts'
import { domainEvent, envelopes, someInteger, someOf } from '../cases/support/samples.ts'
import { askStream } from '../models/ask-stream.ts'
import type { StreamAnswer, StreamCall } from '../models/stream-model.ts'
import { streamModel } from '../models/stream-model.ts'
import type { Client, Experiment } from './check-histories.ts'

/** A call on the stream of `run`; its items are labels that no other client uses. */
export type LabelledCall = StreamCall<string> & { readonly run: RunId }
export type LabelledAnswer = StreamAnswer<string>

/** Clients that append to some runs, ask for their heads and read them, client n through handle n modulo them all. */
export function streamExperiment(
  handles: readonly EventStore[],
  runs: readonly RunId[],
): Experiment<readonly string[], LabelledCall, LabelledAnswer> {
  return {
    model: streamModel((label: string) => label),
    objectOf: ({ run }) => run,
    client: (index, chance) => new StreamClient(index, runs, chance),
    perform: (client, call) => perform(at(handles, client % handles.length), call),
  }
}

/** Labels travel as the payloads of events. */
async function perform(events: EventStore, call: LabelledCall): Promise<LabelledAnswer> {
  const { run } = call
  const answer = await askStream(events, run, call.name === 'append' ? appendOf(call) : call)
  if (!('items' in answer)) return answer
  return { items: answer.items.map(({ event }) => String(Object(event).payload)) }
}

function appendOf({
  run,
  expected,
  items,
}: LabelledCall & { readonly name: 'append' }): StreamCall<EventEnvelope> {
  const labelled = items.map((label) => domainEvent(label))
  return { name: 'append', expected, items: envelopes({ run, after: expected }, labelled) }
}

/** Mostly appends at the head that it knows; now and then it looks. */
class StreamClient implements Client<LabelledCall, LabelledAnswer> {
  readonly #index: number
  readonly #runs: readonly RunId[]
  readonly #chance: Chance
  readonly #heads: Map<RunId, number> = new Map()
  #labels = 0

  constructor(index: number, runs: readonly RunId[], chance: Chance) {
    this.#index = index
    this.#runs = runs
    this.#chance = chance
  }

  next(): LabelledCall {
    const run = someOf(this.#chance, this.#runs)
    const head = this.#heads.get(run) ?? 0
    switch (someInteger(this.#chance, 0, 9)) {
      case 0:
      case 1:
        return { run, name: 'head' }
      case 2:
      case 3:
        return { run, name: 'read', from: someInteger(this.#chance, 0, head + 1) }
      default: {
        const items = Array.from({ length: someInteger(this.#chance, 0, 3) }, () => this.#label())
        return { run, name: 'append', expected: head, items }
      }
    }
  }

  learn(call: LabelledCall, answer: LabelledAnswer): void {
    if ('head' in answer) this.#heads.set(call.run, answer.head)
    if ('actual' in answer) this.#heads.set(call.run, answer.actual)
  }

  #label(): string {
    return `${this.#index}.${this.#labels++}`
  }
}
