import type { ArtifactId, HistorySummary, RunEvent, SnapshotDocument } from '@mfm/core-types'
import { hasFactMeta, isArtifactId } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { DocumentKind } from './format.ts'

/** Tells which document is reached, and as what. */
export type Reach = (kind: DocumentKind, id: ArtifactId) => void

export function reachFromEvent(event: RunEvent, reach: Reach): void {
  switch (event.type) {
    case 'run_started':
      reach('manifest', event.manifestId)
      reach('plan', planId(event.planDigest))
      reach('context_snapshot', event.initialSnapshotId)
      return
    case 'state_entered':
      reach('context_snapshot', event.baseSnapshotId)
      return
    case 'state_completed':
      reach('context_snapshot', event.contextSnapshotId)
      return
    case 'state_failed':
      if (event.failureSnapshotId !== null) reach('context_snapshot', event.failureSnapshotId)
      return
    case 'run_completed':
      reach('context_snapshot', event.finalSnapshotId)
      return
    case 'fact_recorded':
      reach('fact_payload', event.payloadId)
      if (!hasFactMeta(event.meta)) return
      if (event.meta.requestId !== null) reach('fact_request', event.meta.requestId)
      for (const id of event.meta.attachments ?? []) reach('attachment', id)
      return
    case 'history_summarized':
      reach('history_summary', event.summaryId)
      return
    case 'domain':
      if (event.payloadRef !== null) reach('event_payload', event.payloadRef)
      return
  }
}

export function reachFromSummary(
  { started, checkpoint, states }: HistorySummary,
  reach: Reach,
): void {
  reachFromEvent(started, reach)
  reach('context_snapshot', checkpoint)
  for (const { lastFailure } of states) {
    if (lastFailure !== null) reachFromEvent(lastFailure, reach)
  }
}

export function reachFromSnapshot(node: SnapshotDocument, reach: Reach): void {
  if (node.type === 'branch') {
    for (const id of inKeyOrder(node.children)) reach('context_snapshot', id)
  } else {
    for (const id of inKeyOrder(node.large)) reach('context_value', id)
  }
}

/** By UTF-16 code units, as in canonical JSON; members of an object that look like numbers come in another order. */
function inKeyOrder(record: Readonly<Record<string, ArtifactId>>): ArtifactId[] {
  return Object.entries(record)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, id]) => id)
}

/** The digest of a plan is the address of its document. */
function planId(digest: string): ArtifactId {
  if (!isArtifactId(digest)) throw new MfmError('internal_error')
  return digest
}
