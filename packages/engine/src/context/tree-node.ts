import { canonicalize, decodeJsonArtifact, jsonArtifact, sha256 } from '@mfm/canonical-json'
import type { ArtifactId, JsonValue, NewArtifact, NumberProfile } from '@mfm/core-types'
import { snapshotDocumentSchema } from '@mfm/core-types'
import { decode } from '@mfm/errors'

/**
 * A snapshot is a Merkle trie over the context keys. A subtree whose entries take at most {@link LEAF_LIMIT}
 * characters is one leaf; a larger one branches by the next hex digit of SHA-256(key). So the shape depends on the
 * content alone: equal contexts have equal addresses whatever their history, and a change rewrites one path.
 */
export type TreeNode = Leaf | Branch

/** A value in its canonical form, or the address of a large one. */
export type Entry =
  | { readonly text: string; readonly value: JsonValue }
  | { readonly artifactId: ArtifactId }

export interface Leaf {
  readonly type: 'leaf'
  readonly entries: ReadonlyMap<string, Entry>
}

export interface Branch {
  readonly type: 'branch'
  /** Sum of {@link entrySize} below. */
  readonly size: number
  /** Hex digit → address of the subtree. */
  readonly children: ReadonlyMap<string, ArtifactId>
}

/** Characters of canonical JSON in one leaf. */
export const LEAF_LIMIT = 4096
/** A value longer than this, in characters of canonical JSON, is an artifact of its own. */
export const INLINE_LIMIT = 1024

const ADDRESS_SIZE = 66

function entrySize(key: string, entry: Entry): number {
  return key.length + ('text' in entry ? entry.text.length : ADDRESS_SIZE)
}

export function leafSize(entries: ReadonlyMap<string, Entry>): number {
  let size = 0
  for (const [key, entry] of entries) size += entrySize(key, entry)
  return size
}

/** Which child of a branch at `depth` holds the key. */
export function keyDigit(key: string, depth: number): string {
  return sha256(key).charAt(depth)
}

export function encodeNode(node: TreeNode): NewArtifact {
  if (node.type === 'branch') {
    const { size, children } = node
    return jsonArtifact('context_snapshot', {
      v: 1,
      type: 'branch',
      size,
      children: Object.fromEntries(children),
    })
  }
  const values: [string, JsonValue][] = []
  const large: [string, ArtifactId][] = []
  for (const [key, entry] of node.entries) {
    if ('text' in entry) values.push([key, entry.value])
    else large.push([key, entry.artifactId])
  }
  return jsonArtifact('context_snapshot', {
    v: 1,
    type: 'leaf',
    values: Object.fromEntries(values),
    large: Object.fromEntries(large),
  })
}

/** @throws MfmError `context_snapshot_invalid`, or what {@link decodeJsonArtifact} throws */
export function decodeNode(id: ArtifactId, bytes: Uint8Array, numbers: NumberProfile): TreeNode {
  const document = decode(
    snapshotDocumentSchema,
    decodeJsonArtifact(id, bytes, { numbers }),
    'context_snapshot_invalid',
    {
      what: `the snapshot ${id}`,
      details: { artifactId: id },
    },
  )
  if (document.type === 'branch') {
    return {
      type: 'branch',
      size: document.size,
      children: new Map(Object.entries(document.children)),
    }
  }
  const entries = new Map<string, Entry>()
  for (const [key, value] of Object.entries(document.values)) {
    entries.set(key, { value, text: canonicalize(value) })
  }
  for (const [key, artifactId] of Object.entries(document.large)) entries.set(key, { artifactId })
  return { type: 'leaf', entries }
}
