import type {
  FactBinding,
  FactRecorded,
  NewArtifact,
  RunEvent,
  RunId,
  Stores,
} from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { CommitInput, CommitResult } from './commit-strategy.ts'
import { chainEvents } from './run-head.ts'
import type { WriteRequest } from './write-request.ts'

/** The plain ports, one after the other: documents durable, bindings decided, events appended. */
export async function commitSeparately(stores: Stores, input: CommitInput): Promise<CommitResult> {
  const { runId, head, tsMillis, requests } = input
  await putAll(
    stores,
    requests.flatMap(({ artifacts }) => artifacts),
  )
  const bindings = await Promise.all(requests.map((request) => bind(stores, runId, request)))
  try {
    const events = requests.flatMap((request, index) => settled(request, bindings[index]))
    const chained = chainEvents(runId, head, events, tsMillis)
    await stores.events.append(runId, head.seq, chained.envelopes)
    return { ...chained, bindings }
  } catch (error) {
    await undo(stores, runId, requests, bindings)
    throw error
  }
}

async function putAll(stores: Stores, artifacts: readonly NewArtifact[]): Promise<void> {
  const byId = new Map(artifacts.map((artifact) => [artifact.id, artifact]))
  await Promise.all(
    [...byId.values()].map(async ({ kind, id, bytes }) => {
      const given = await stores.artifacts.put(kind, bytes).catch((cause: unknown) => {
        throw putFailed(id, cause)
      })
      if (given !== id) throw putFailed(id, undefined)
    }),
  )
}

function putFailed(id: string, cause: unknown): MfmError {
  return new MfmError('fact_payload_put_failed', { details: { artifactId: id }, cause })
}

async function bind(
  stores: Stores,
  runId: RunId,
  { fact }: WriteRequest,
): Promise<FactBinding | undefined> {
  if (fact === undefined) return undefined
  return await stores.facts.bindIfUnset(runId, fact.key, fact.payloadId)
}

/**
 * The stream decides, and it does not bind the key yet. So a binding that was there before, ours from a lost reply or
 * a crashed writer's, gets its event now.
 */
function settled(
  { events, fact }: WriteRequest,
  binding: FactBinding | undefined,
): readonly RunEvent[] {
  if (fact === undefined || binding === undefined || binding.artifactId === fact.payloadId)
    return events
  const adopted: FactRecorded = { ...fact, payloadId: binding.artifactId, meta: {} }
  return [adopted]
}

async function undo(
  stores: Stores,
  runId: RunId,
  requests: readonly WriteRequest[],
  bindings: readonly (FactBinding | undefined)[],
): Promise<void> {
  // A binding that stays behind is harmless: the stream decides, and the next writer adopts it.
  await Promise.allSettled(
    requests.map(async ({ fact }, index) => {
      if (fact === undefined || bindings[index]?.inserted !== true) return
      await stores.facts.unbindIfMatches(runId, fact.key, fact.payloadId)
    }),
  )
}
