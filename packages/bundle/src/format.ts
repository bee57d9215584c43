import type { ArtifactId, RunId } from '@mfm/core-types'

/** The name of the format, in the manifest of every bundle. */
export const BUNDLE_FORMAT = 'mfm-run-bundle'
/** The version of the format that this release writes, and the only one that it reads. */
export const BUNDLE_VERSION = 1

export const MANIFEST_NAME = 'manifest.json'

/**
 * What a document is to the runs that reach it. The order is that of the bundle: a kind refers to documents of its own
 * and of later kinds only. A document that is reached as several kinds stands once, under the first of them.
 */
export const DOCUMENT_KINDS = [
  'history_summary',
  'context_snapshot',
  'manifest',
  'plan',
  'context_value',
  'fact_request',
  'event_payload',
  'fact_payload',
  'attachment',
] as const

export type DocumentKind = (typeof DOCUMENT_KINDS)[number]

/** Kinds that a bundle may leave out: without them a run can be looked at, and not replayed. */
export const BODY_KINDS = ['event_payload', 'fact_payload', 'attachment'] as const

export type BodyKind = (typeof BODY_KINDS)[number]

export function isBodyKind(kind: DocumentKind): kind is BodyKind {
  return (BODY_KINDS as readonly string[]).includes(kind)
}

/** A document that a run reaches. */
export interface DocumentReference {
  readonly kind: DocumentKind
  readonly id: ArtifactId
  /** The first run of the bundle that reaches it. */
  readonly runId: RunId
}

export function eventsName(runId: RunId): string {
  return `runs/${runId}.jsonl`
}

export function documentName({
  kind,
  id,
}: {
  readonly kind: DocumentKind
  readonly id: ArtifactId
}): string {
  return `documents/${kind}/${id}`
}
