import type { CallOptions, FactIndex, RunId, Stores } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { RecordedFact } from './recorded-fact.ts'
import { projectFacts } from './recorded-fact.ts'

/** Bindings under way at once. */
const CONCURRENT = 64

/** How often a binding is put right while somebody else changes it. */
const ATTEMPTS = 3

/** What {@link rebuildFactIndex} found and did. */
export interface RebuiltFactIndex {
  /** Facts on the stream. */
  readonly facts: number
  /** Those that the index had lost. */
  readonly bound: number
  /** Those that the index had under another artifact. */
  readonly replaced: number
}

/**
 * Makes a fact index agree with the stream of a run, which is the truth: after it was emptied, evicted from or
 * restored from an old copy, also while the run goes on. A binding that the stream does not know stays, because its
 * writer may be about to record it. The whole stream is read before anything is changed.
 *
 * @throws MfmError `fact_recorded_conflict` with `details.seq`, `fact_recorded_malformed` with `details.seq`: nothing
 * was changed; `fact_binding_conflict` where somebody keeps binding a key against the stream; errors of the stores
 */
export async function rebuildFactIndex(
  { events, facts }: Pick<Stores, 'events' | 'facts'>,
  run: RunId,
  options: CallOptions = {},
): Promise<RebuiltFactIndex> {
  const recorded = [...(await projectFacts(events.read(run, undefined, options))).values()]
  const done = { bound: 0, replaced: 0, kept: 0 }
  for (let first = 0; first < recorded.length; first += CONCURRENT) {
    const some = recorded.slice(first, first + CONCURRENT)
    const results = await Promise.all(some.map((fact) => bind(facts, run, fact, options)))
    for (const result of results) done[result]++
  }
  return { facts: recorded.length, bound: done.bound, replaced: done.replaced }
}

async function bind(
  facts: FactIndex,
  run: RunId,
  { key, payloadId, seq }: RecordedFact,
  options: CallOptions,
): Promise<'bound' | 'replaced' | 'kept'> {
  const first = await facts.bindIfUnset(run, key, payloadId, options)
  if (first.artifactId === payloadId) return first.inserted ? 'bound' : 'kept'
  let wrong = first.artifactId
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    await facts.unbindIfMatches(run, key, wrong, options)
    const { artifactId } = await facts.bindIfUnset(run, key, payloadId, options)
    if (artifactId === payloadId) return 'replaced'
    wrong = artifactId
  }
  throw new MfmError('fact_binding_conflict', {
    message: `somebody keeps binding the key of event ${seq} to another artifact than the stream does`,
    details: { seq, bound: wrong, given: payloadId },
  })
}
