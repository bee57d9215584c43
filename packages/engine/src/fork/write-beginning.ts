import type {
  EventEnvelope,
  FactRecorded,
  NewArtifact,
  RunEvent,
  RunId,
  Stores,
} from '@mfm/core-types'
import { hasCode, MfmError } from '@mfm/errors'
import type { RunHead } from '@mfm/io-live'
import { chainEvents, EMPTY_HEAD } from '@mfm/io-live'

/** Bindings under way at once. */
const CONCURRENT = 64

export interface Beginning {
  readonly artifacts: readonly NewArtifact[]
  readonly events: readonly RunEvent[]
  readonly tsMillis: number
}

/**
 * Writes the beginning of a stream, with the bindings of its facts, in one commit where the backend has one: documents,
 * bindings, and then the events, which decide.
 *
 * @throws MfmError `run_already_exists`; `fact_binding_conflict` where somebody bound a key without a stream
 */
export async function writeBeginning(
  stores: Stores,
  runId: RunId,
  { artifacts, events, tsMillis }: Beginning,
): Promise<{ readonly head: RunHead; readonly envelopes: readonly EventEnvelope[] }> {
  const chained = chainEvents(runId, EMPTY_HEAD, events, tsMillis)
  const facts = events.filter((event) => event.type === 'fact_recorded')
  const { atomic } = stores
  try {
    if (atomic === undefined) await writeSeparately(stores, artifacts, facts, chained.envelopes)
    else {
      await atomic.recordAtomically(runId, 0, {
        artifacts,
        bindings: facts.map(({ key, payloadId }) => ({ key, artifactId: payloadId })),
        events: chained.envelopes,
      })
    }
  } catch (error) {
    throw hasCode(error, 'event_store_concurrency') ? alreadyExists(runId, error) : error
  }
  return chained
}

/** The error for a run id that is taken. */
export function alreadyExists(runId: RunId, cause?: unknown): MfmError {
  return new MfmError('run_already_exists', {
    message: `the run ${runId} exists`,
    details: { runId },
    cause,
  })
}

async function writeSeparately(
  stores: Stores,
  artifacts: readonly NewArtifact[],
  facts: readonly FactRecorded[],
  envelopes: readonly EventEnvelope[],
): Promise<void> {
  await inParts(artifacts, async ({ kind, bytes }) => await stores.artifacts.put(kind, bytes))
  const runId = envelopes[0]?.runId
  if (runId === undefined) return
  const bound: FactRecorded[] = []
  try {
    await inParts(facts, async (fact) => {
      const { artifactId, inserted } = await stores.facts.bindIfUnset(
        runId,
        fact.key,
        fact.payloadId,
      )
      if (inserted) bound.push(fact)
      if (artifactId !== fact.payloadId) throw new MfmError('fact_binding_conflict')
    })
    await stores.events.append(runId, 0, envelopes)
  } catch (error) {
    await Promise.allSettled(
      bound.map(async ({ key, payloadId }) => {
        await stores.facts.unbindIfMatches(runId, key, payloadId)
      }),
    )
    throw error
  }
}

async function inParts<T>(items: readonly T[], act: (item: T) => Promise<unknown>): Promise<void> {
  for (let first = 0; first < items.length; first += CONCURRENT) {
    await Promise.all(items.slice(first, first + CONCURRENT).map(act))
  }
}
