import type { ArtifactId, EventEnvelope, Stores } from '@mfm/core-types'
import { UNKNOWN_PROVENANCE } from '@mfm/core-types'
import type { EngineOptions } from '@mfm/engine'
import { fail, runWorkflow } from '@mfm/workflow'
import audit from '../dependency-audit.workflow.ts'
import type { RecordedArtifact, Recording } from './recording-file.ts'

/**
 * Audits a project, and gives the run with every document that it stored.
 *
 * @throws MfmError `recording_failed` where the run did not complete
 */
export async function recordRun(
  folder: string,
  { stores, ...engine }: EngineOptions,
): Promise<Recording> {
  const { watched, artifacts } = watchArtifacts(stores)
  const result = await runWorkflow(audit, {
    ...engine,
    stores: watched,
    input: { folder },
    provenance: { ...UNKNOWN_PROVENANCE, workflow: 'dependency-audit' },
  })
  if (result.phase !== 'completed') {
    return fail('recording_failed', { message: result.failure?.error.message ?? result.phase })
  }
  const envelopes: EventEnvelope[] = []
  for await (const envelope of stores.events.read(result.runId)) envelopes.push(envelope)
  return { artifacts: [...artifacts.values()], envelopes }
}

/** No store lists its documents, so they are noted when they are put. */
function watchArtifacts({ events, facts, artifacts: inner, close }: Stores): {
  readonly watched: Stores
  readonly artifacts: ReadonlyMap<ArtifactId, RecordedArtifact>
} {
  const artifacts = new Map<ArtifactId, RecordedArtifact>()
  const watched: Stores = {
    events,
    facts,
    artifacts: {
      description: inner.description,
      put: async (kind, bytes, options) => {
        const id = await inner.put(kind, bytes, options)
        if (!artifacts.has(id)) artifacts.set(id, { id, kind, bytes: Uint8Array.from(bytes) })
        return id
      },
      get: (id, options) => inner.get(id, options),
      exists: (id, options) => inner.exists(id, options),
      close: () => inner.close(),
    },
    close,
  }
  return { watched, artifacts }
}
