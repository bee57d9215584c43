import type {
  AtomicBatch,
  FactBinding,
  FactRecorded,
  NewArtifact,
  RunEvent,
  Stores,
} from '@mfm/core-types'
import { hasCode, MfmError } from '@mfm/errors'
import type { CommitInput, CommitResult } from './commit-strategy.ts'
import { chainEvents } from './run-head.ts'

/** Payloads, bindings and events of all requests in one commit of the backend. */
export async function commitAtomically(stores: Stores, input: CommitInput): Promise<CommitResult> {
  const { runId, head, tsMillis, requests } = input
  const { atomic } = stores
  if (atomic === undefined) throw new MfmError('internal_error')
  const { artifacts, bindings, events } = together(requests)
  const chained = chainEvents(runId, head, events, tsMillis)
  try {
    const batch = { artifacts, bindings, events: chained.envelopes }
    await atomic.recordAtomically(runId, head.seq, batch)
  } catch (error) {
    return await adoptBinding(stores, input, error)
  }
  return { ...chained, bindings: [] }
}

function together(requests: CommitInput['requests']): {
  readonly artifacts: readonly NewArtifact[]
  readonly bindings: readonly Binding[]
  readonly events: readonly RunEvent[]
} {
  const [only] = requests
  if (only !== undefined && requests.length === 1) {
    const { artifacts, events, fact } = only
    return { artifacts, bindings: fact === undefined ? [] : [bindingOf(fact)], events }
  }
  const artifacts: NewArtifact[] = []
  const bindings: Binding[] = []
  const events: RunEvent[] = []
  for (const request of requests) {
    artifacts.push(...request.artifacts)
    events.push(...request.events)
    const { fact } = request
    if (fact !== undefined) bindings.push(bindingOf(fact))
  }
  return { artifacts, bindings, events }
}

type Binding = AtomicBatch['bindings'][number]

function bindingOf({ key, payloadId }: FactRecorded): Binding {
  return { key, artifactId: payloadId }
}

/**
 * A key can be bound in the index without an event, by somebody who used the index alone. The first binding stands:
 * its event is appended, and the caller is told that it lost.
 */
async function adoptBinding(
  stores: Stores,
  input: CommitInput,
  error: unknown,
): Promise<CommitResult> {
  const { runId, head, tsMillis, requests } = input
  const fact = requests.length === 1 ? requests[0]?.fact : undefined
  if (fact === undefined || !hasCode(error, 'fact_binding_conflict')) throw error
  const bound = await stores.facts.get(runId, fact.key)
  if (bound === undefined || stores.atomic === undefined) throw error
  const chained = chainEvents(runId, head, [{ ...fact, payloadId: bound, meta: {} }], tsMillis)
  await stores.atomic.recordAtomically(runId, head.seq, {
    artifacts: [],
    bindings: [],
    events: chained.envelopes,
  })
  const binding: FactBinding = { artifactId: bound, inserted: false }
  return { ...chained, bindings: [binding] }
}
