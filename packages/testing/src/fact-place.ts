import type { ArtifactId, FactKey, FactMeta, IoScope } from '@mfm/core-types'
import { attemptKeyParts, callKey, derivedKey, failureKey, rerunKey } from '@mfm/facts'
import type { GoldenFact } from './golden-document.ts'

type KeyMembers = Pick<GoldenFact, 'key' | 'occurrence' | 'tries' | 'supersedes'>

/** A key without what can be computed again: digests and the id of the run. */
export function keyMembers(key: FactKey, meta: FactMeta): KeyMembers {
  const parts = attemptKeyParts(key)
  if (parts?.kind === 'failed') {
    const [, tries, inner] = /^occ:(\d+)\|key:(.*)$/s.exec(parts.rest) ?? []
    if (tries === undefined || inner === undefined) return { key }
    return { tries: Number(tries), ...callMembers(inner, meta) }
  }
  if (parts === undefined) return callMembers(key, meta)
  const occurrence = /^ord:(\d+)$/.exec(parts.rest)?.[1]
  return occurrence === undefined ? { key } : { occurrence: Number(occurrence) }
}

function callMembers(key: FactKey, meta: FactMeta): KeyMembers {
  const { namespace, stateId, requestId, supersedes } = meta
  if (requestId === null) return { key }
  if (supersedes !== undefined && rerunKey(supersedes, requestId) === key) return {}
  const occurrence = Number(/\|occ:(\d+)$/.exec(key)?.[1] ?? 0)
  if (callKey({ namespace, stateId, requestId, occurrence }) !== key) return { key }
  return occurrence === 0 ? {} : { occurrence }
}

/** The key that {@link keyMembers} took apart, for a run of another id. */
export function keyOf(
  { key, occurrence = 0, tries, supersedes }: KeyMembers,
  scope: IoScope,
  { namespace, requestId }: { readonly namespace: string; readonly requestId: ArtifactId | null },
): FactKey {
  if (key === undefined && (namespace === 'now_millis' || namespace === 'random_bytes')) {
    return derivedKey(namespace, scope, occurrence)
  }
  const { stateId } = scope
  const made = (id: ArtifactId): FactKey =>
    supersedes === undefined
      ? callKey({ namespace, stateId, requestId: id, occurrence })
      : rerunKey(supersedes, id)
  const own = key ?? (requestId === null ? '' : made(requestId))
  return tries === undefined ? own : failureKey(scope, { key: own, tries })
}
