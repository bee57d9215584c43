import { canonicalize, jsonArtifact, parseJson } from '@mfm/canonical-json'
import type { ArtifactStore, ForkRecord, Manifest, RunStarted, StateNode } from '@mfm/core-types'
import { manifestSchema, UNKNOWN_PROVENANCE } from '@mfm/core-types'
import { decode, MfmError } from '@mfm/errors'
import type { Commit } from '@mfm/io-live'
import type { SecretGuard } from '@mfm/secrets'
import { refuseHits } from '@mfm/secrets'
import { judgeContextValue } from '../context/attempt-context.ts'
import type { ContextValue, Snapshot } from '../context/context-tree.ts'
import { ContextTree } from '../context/context-tree.ts'
import { History } from '../history/history.ts'
import { summarizeHistory } from '../history/history-summary.ts'
import { planDocument } from '../plan/plan-document.ts'
import type { RecordedRun } from '../replay/recorded-run.ts'
import type { ForkPoint } from './fork-point.ts'
import type { ForkRequest } from './fork-request.ts'

export interface ForkGiven {
  readonly request: ForkRequest
  readonly recorded: RecordedRun
  readonly point: ForkPoint
  readonly facts: ForkRecord['facts']
  readonly guard: SecretGuard
  readonly now: number
}

/** The first two events of a fork with their documents, and the history that they tell. */
export interface ForkStart {
  readonly manifest: Manifest
  readonly edits: ForkRecord
  readonly history: History
  readonly commit: Commit
}

/**
 * A fork begins with a `run_started` that names its parent, and with a summary that says which states had completed:
 * what a resume needs is all there, and costs the same wherever the fork is.
 *
 * @throws MfmError `context_value_invalid`, `secrets_detected`, `fork_edit_invalid`
 */
export async function prepareFork(
  artifacts: ArtifactStore,
  given: ForkGiven,
  order: readonly StateNode[],
): Promise<ForkStart> {
  const { request, recorded, point, now } = given
  const { plan } = request
  const snapshot = await firstSnapshot(artifacts, given)
  const edits: ForkRecord = {
    at: point.stateId,
    facts: given.facts,
    context: (request.context ?? []).map(({ key, value }) => ({ key, value })),
  }
  const manifest = manifestOf(given, edits)
  const document = jsonArtifact('manifest', manifest)
  const { artifact: planArtifact, digest: planDigest } = planDocument(plan)
  const started: RunStarted = {
    type: 'run_started',
    v: 1,
    opId: plan.opId,
    opVersion: plan.opVersion,
    manifestId: document.id,
    initialSnapshotId: snapshot.id,
    planDigest,
    parent: { runId: recorded.runId, seq: point.sharedSeq },
  }
  const history = new History()
  history.started = started
  history.startedAtMillis = now
  history.checkpoint = snapshot.id
  for (const { id } of order) if (point.completed.has(id)) history.completed.add(id)
  const summary = summarizeHistory(history, order)
  const summarized = {
    type: 'history_summarized',
    v: 1,
    throughSeq: 1,
    summaryId: summary.id,
  } as const
  return {
    manifest,
    edits,
    history,
    commit: {
      artifacts: [document, planArtifact, summary, ...snapshot.artifacts],
      events: [started, summarized],
    },
  }
}

function manifestOf({ request, recorded, guard }: ForkGiven, fork: ForkRecord): Manifest {
  const { input, outputKey, runConfig } = recorded.manifest
  const { divergence = runConfig.divergence } = request
  const document: Manifest = {
    v: 2,
    opId: request.plan.opId,
    opVersion: request.plan.opVersion,
    input,
    outputKey: request.outputKey ?? outputKey,
    runConfig: { ...runConfig, divergence },
    provenance: request.provenance ?? UNKNOWN_PROVENANCE,
    fork,
  }
  const text = canonicalize(document, { numbers: runConfig.numbers })
  const json = parseJson(text, { integers: 'bigint' })
  return decode(manifestSchema, guard.admit(json, 'the manifest'), 'invalid_input', {
    what: 'the manifest',
  })
}

async function firstSnapshot(
  artifacts: ArtifactStore,
  { request, recorded, point, guard }: ForkGiven,
): Promise<Snapshot> {
  const { numbers } = recorded.manifest.runConfig
  const changes = new Map<string, ContextValue>()
  for (const { key, value } of request.context ?? []) {
    refuseHits(guard.scan({ [key]: value }), 'the new value of a context key')
    if (changes.has(key)) throw setTwice(key)
    changes.set(key, judgeContextValue(key, value, { numbers, guard }))
  }
  const tree = new ContextTree((id) => artifacts.get(id), numbers)
  return await tree.derive(point.snapshotId, changes)
}

function setTwice(key: string): MfmError {
  return new MfmError('fork_edit_invalid', {
    message: `the context key ${JSON.stringify(key)} is set twice`,
    details: { key },
  })
}
