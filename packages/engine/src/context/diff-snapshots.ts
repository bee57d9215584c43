import type { ArtifactId } from '@mfm/core-types'
import type { ContextTree } from './context-tree.ts'
import type { Entry } from './tree-node.ts'

/** A context key's entry on either side; `undefined` where the side has none. */
export type EntryPair = readonly [Entry | undefined, Entry | undefined]

/**
 * The context keys in which two snapshots differ. What they share is not read, so the cost follows the difference and
 * not the size of the contexts.
 */
export async function diffSnapshots(
  tree: ContextTree,
  one: ArtifactId,
  other: ArtifactId,
): Promise<Map<string, EntryPair>> {
  const pairs = new Map<string, EntryPair>()
  await walk(tree, [one, other], pairs)
  return pairs
}

/** Whether two entries stand for the same value. */
export function isSameEntry(one: Entry | undefined, other: Entry | undefined): boolean {
  return textOf(one) === textOf(other)
}

function textOf(entry: Entry | undefined): string | undefined {
  if (entry === undefined) return undefined
  return 'text' in entry ? `=${entry.text}` : entry.artifactId
}

async function walk(
  tree: ContextTree,
  [one, other]: readonly [ArtifactId | undefined, ArtifactId | undefined],
  pairs: Map<string, EntryPair>,
): Promise<void> {
  if (one === other) return
  const left = one === undefined ? undefined : await tree.node(one)
  const right = other === undefined ? undefined : await tree.node(other)
  if (left?.type === 'branch' && right?.type === 'branch') {
    for (const digit of new Set([...left.children.keys(), ...right.children.keys()])) {
      await walk(tree, [left.children.get(digit), right.children.get(digit)], pairs)
    }
    return
  }
  const before = await entriesBelow(tree, one)
  const after = await entriesBelow(tree, other)
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const pair = [before.get(key), after.get(key)] as const
    if (!isSameEntry(...pair)) pairs.set(key, pair)
  }
}

async function entriesBelow(
  tree: ContextTree,
  id: ArtifactId | undefined,
): Promise<ReadonlyMap<string, Entry>> {
  if (id === undefined) return new Map()
  const node = await tree.node(id)
  if (node.type === 'leaf') return node.entries
  const below = await Promise.all(
    [...node.children.values()].map((child) => entriesBelow(tree, child)),
  )
  return new Map(below.flatMap((entries) => [...entries]))
}
