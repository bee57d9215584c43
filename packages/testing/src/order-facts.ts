import { isStreamedAnswer } from '@mfm/facts'
import type { GoldenDocument, GoldenEvent, GoldenFact } from './golden-document.ts'

/**
 * The document with the facts of each attempt in the order in which they were asked for. Concurrent calls settle in
 * an order that the network decides; where the program does not depend on it, this one makes recordings equal. An
 * attempt with a streamed answer stays as it was recorded: its chunks stand between the other facts.
 */
export function inOrderOfAsking(document: GoldenDocument): GoldenDocument {
  const events = [...document.events]
  for (const places of attempts(events)) {
    const facts = places.flatMap((place) => factAt(events, place))
    if (facts.some(isStreamed)) continue
    const sorted = facts.toSorted((a, b) => (a.ordinal ?? 0) - (b.ordinal ?? 0))
    for (const [index, place] of places.entries()) {
      const fact = sorted[index]
      if (fact !== undefined) events[place] = fact
    }
  }
  return { ...document, events }
}

/** Where the facts of each attempt stand; facts that belong elsewhere stay where they are. */
function attempts(events: readonly GoldenEvent[]): readonly (readonly number[])[] {
  const all: number[][] = [[]]
  for (const [place, event] of events.entries()) {
    if (event.type === 'state_entered') all.push([])
    if (event.type !== 'fact' || event.stateId !== undefined || event.namespace === undefined)
      continue
    all.at(-1)?.push(place)
  }
  return all
}

function isStreamed({ response }: GoldenFact): boolean {
  return 'json' in response && isStreamedAnswer(response.json)
}

function factAt(events: readonly GoldenEvent[], place: number): readonly GoldenFact[] {
  const event = events[place]
  return event?.type === 'fact' ? [event] : []
}
