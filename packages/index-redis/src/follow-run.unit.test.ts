import type { EventEnvelope, RunId } from '@mfm/core-types'
import { openMemoryStores } from '@mfm/store-memory'
import { describe, expect, it } from 'vitest'
import type { FeedItem } from './feed-reader.ts'
import { followRun } from './follow-run.ts'

const RUN = '11111111-2222-4333-8444-555555555555' as RunId

function envelope(seq: number): EventEnvelope {
  const nowhere = { payloadRef: null, stateId: null, attempt: null }
  const event = { type: 'domain', v: 1, name: 'noted', payload: seq, ...nowhere } as const
  return { runId: RUN, seq, tsMillis: null, prev: null, event }
}

/** Appends these before the item that follows. */
type Step = FeedItem | { readonly kind: 'append'; readonly seqs: readonly number[] }

const event = (seq: number): Step => ({ kind: 'event', envelope: envelope(seq) })
const append = (...seqs: number[]): Step => ({ kind: 'append', seqs })
const quiet: Step = { kind: 'quiet' }

/** What a follower is given, by a store and a feed that change in these steps. */
async function follow(steps: readonly Step[], from?: number) {
  const { events } = openMemoryStores()
  let askedFrom: number | undefined
  async function* read(_: RunId, first?: number): AsyncGenerator<FeedItem, void> {
    askedFrom = first
    for (const step of steps.slice(1)) {
      if (step.kind === 'append') await store(step.seqs)
      else yield step
    }
  }
  async function store(seqs: readonly number[]): Promise<void> {
    await events.append(RUN, (seqs[0] ?? 1) - 1, seqs.map(envelope))
  }
  const [before] = steps
  if (before?.kind === 'append') await store(before.seqs)
  const seen: number[] = []
  for await (const { seq } of followRun(events, { read }, RUN, { from })) seen.push(seq)
  return { seen, askedFrom }
}

describe('followRun', () => {
  it('reads the store first, and the feed from there on', async () => {
    const { seen, askedFrom } = await follow([append(1, 2, 3), event(4), event(5)], 2)
    expect(askedFrom).toBe(4)
    expect(seen).toEqual([2, 3, 4, 5])
  })

  it('reads the store for what is missing, and does not repeat what the feed has too', async () => {
    const missing: Step = { kind: 'missing', from: 2, to: 3 }
    const steps = [append(1), append(2, 3, 4), missing, event(4), event(5)]
    expect((await follow(steps)).seen).toEqual([1, 2, 3, 4, 5])
  })

  it('holds an event back until the store has those before it', async () => {
    const late = [append(1), event(3), event(4), append(2, 3, 4, 5), quiet, event(5), event(6)]
    expect((await follow(late)).seen).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('looks at the store when the feed is quiet', async () => {
    expect((await follow([append(1), append(2), quiet, append(3), quiet])).seen).toEqual([1, 2, 3])
  })
})
