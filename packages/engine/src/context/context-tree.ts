import { decodeJsonArtifact, jsonArtifact } from '@mfm/canonical-json'
import type { ArtifactId, JsonValue, NewArtifact, NumberProfile } from '@mfm/core-types'
import type { Branch, Entry, Leaf, TreeNode } from './tree-node.ts'
import {
  decodeNode,
  encodeNode,
  INLINE_LIMIT,
  keyDigit,
  LEAF_LIMIT,
  leafSize,
} from './tree-node.ts'

export type LoadArtifact = (id: ArtifactId) => Promise<Uint8Array>

/** A value judged and in its canonical form, ready to be stored. */
export interface ContextValue {
  readonly value: JsonValue
  readonly text: string
}

/** Key → its new value, or `undefined` for a removed key. */
export type ContextChanges = ReadonlyMap<string, ContextValue | undefined>

export interface Snapshot {
  readonly id: ArtifactId
  /** The documents that the change added; empty where the context is as it was. */
  readonly artifacts: readonly NewArtifact[]
}

const EMPTY_LEAF: Leaf = { type: 'leaf', entries: new Map() }
const CACHED_NODES = 256

/** Reads and derives snapshots. Loads a node when it is asked for, and keeps the ones last used. */
export class ContextTree {
  readonly #load: LoadArtifact
  readonly #numbers: NumberProfile
  readonly #cache = new Map<ArtifactId, TreeNode>()

  constructor(load: LoadArtifact, numbers: NumberProfile) {
    this.#load = load
    this.#numbers = numbers
  }

  /** The snapshot of `{}` with `changes` applied. */
  async create(changes: ContextChanges): Promise<Snapshot> {
    return await new Change(this, EMPTY_LEAF).apply(changes)
  }

  async derive(base: ArtifactId, changes: ContextChanges): Promise<Snapshot> {
    if (changes.size === 0) return { id: base, artifacts: [] }
    const snapshot = await new Change(this, await this.node(base)).apply(changes)
    return snapshot.id === base ? { id: base, artifacts: [] } : snapshot
  }

  async get(root: ArtifactId, key: string): Promise<JsonValue | undefined> {
    const entry = await this.find(root, key)
    return entry === undefined ? undefined : await this.value(entry)
  }

  /** What stands under a key, a large value by its address alone. */
  async find(root: ArtifactId, key: string): Promise<Entry | undefined> {
    let node = await this.node(root)
    for (let depth = 0; node.type === 'branch'; depth += 1) {
      const child = node.children.get(keyDigit(key, depth))
      if (child === undefined) return undefined
      node = await this.node(child)
    }
    return node.entries.get(key)
  }

  /** Those of the keys that hold a value. */
  async pick(root: ArtifactId, keys: readonly string[]): Promise<[string, JsonValue][]> {
    const found: [string, JsonValue][] = []
    for (const key of keys) {
      const value = await this.get(root, key)
      if (value !== undefined) found.push([key, value])
    }
    return found
  }

  /** Every key with its value, in no order that means anything. */
  async entries(root: ArtifactId): Promise<[string, JsonValue][]> {
    const node = await this.node(root)
    if (node.type === 'branch') {
      const below = await Promise.all([...node.children.values()].map((id) => this.entries(id)))
      return below.flat()
    }
    return await Promise.all(
      [...node.entries].map(async ([key, entry]): Promise<[string, JsonValue]> => {
        return [key, await this.value(entry)]
      }),
    )
  }

  async node(id: ArtifactId): Promise<TreeNode> {
    const cached = this.#cache.get(id)
    if (cached !== undefined) return cached
    const node = decodeNode(id, await this.#load(id), this.#numbers)
    this.remember(id, node)
    return node
  }

  remember(id: ArtifactId, node: TreeNode): void {
    this.#cache.delete(id)
    this.#cache.set(id, node)
    if (this.#cache.size <= CACHED_NODES) return
    const [oldest] = this.#cache.keys()
    if (oldest !== undefined) this.#cache.delete(oldest)
  }

  async value(entry: Entry): Promise<JsonValue> {
    if ('text' in entry) return entry.value
    const bytes = await this.#load(entry.artifactId)
    return decodeJsonArtifact(entry.artifactId, bytes, { numbers: this.#numbers })
  }
}

/** One derivation: collects the documents that it adds. */
class Change {
  readonly #tree: ContextTree
  readonly #root: TreeNode
  readonly #added = new Map<ArtifactId, { artifact: NewArtifact; node: TreeNode | undefined }>()

  constructor(tree: ContextTree, root: TreeNode) {
    this.#tree = tree
    this.#root = root
  }

  async apply(changes: ContextChanges): Promise<Snapshot> {
    const entries = new Map<string, Entry | undefined>()
    for (const [key, change] of changes) {
      entries.set(key, change === undefined ? undefined : this.#entry(change))
    }
    const id = this.#store(await this.#change(this.#root, 0, entries))
    const reached = new Map<ArtifactId, NewArtifact>()
    this.#reach(id, reached)
    return { id, artifacts: [...reached.values()] }
  }

  /** What was added on the way and dropped again is not stored. */
  #reach(id: ArtifactId, reached: Map<ArtifactId, NewArtifact>): void {
    const added = this.#added.get(id)
    if (added === undefined || reached.has(id)) return
    reached.set(id, added.artifact)
    if (added.node?.type === 'branch') {
      for (const child of added.node.children.values()) this.#reach(child, reached)
    } else {
      for (const entry of added.node?.entries.values() ?? []) {
        if ('artifactId' in entry) this.#reach(entry.artifactId, reached)
      }
    }
  }

  async #node(id: ArtifactId): Promise<TreeNode> {
    return this.#added.get(id)?.node ?? (await this.#tree.node(id))
  }

  #entry({ value, text }: ContextValue): Entry {
    if (text.length <= INLINE_LIMIT) return { value, text }
    const artifact = jsonArtifact('context_value', value)
    this.#added.set(artifact.id, { artifact, node: undefined })
    return { artifactId: artifact.id }
  }

  async #change(
    node: TreeNode,
    depth: number,
    changes: ReadonlyMap<string, Entry | undefined>,
  ): Promise<TreeNode> {
    if (node.type === 'leaf') return this.#grow(merge(node.entries, changes), depth)
    const children = new Map(node.children)
    let size = node.size
    for (const [digit, own] of byDigit(changes, depth)) {
      const id = children.get(digit)
      const before = id === undefined ? EMPTY_LEAF : await this.#node(id)
      const after = await this.#change(before, depth + 1, own)
      size += sizeOf(after) - sizeOf(before)
      if (after.type === 'leaf' && after.entries.size === 0) children.delete(digit)
      else children.set(digit, this.#store(after))
    }
    const branch: Branch = { type: 'branch', size, children }
    return size > LEAF_LIMIT ? branch : await this.#collapse(branch)
  }

  /** A leaf, or the branches that its size demands. */
  #grow(entries: ReadonlyMap<string, Entry>, depth: number): TreeNode {
    const size = leafSize(entries)
    if (size <= LEAF_LIMIT) return { type: 'leaf', entries }
    const children = new Map<string, ArtifactId>()
    for (const [digit, own] of byDigit(entries, depth)) {
      children.set(digit, this.#store(this.#grow(own, depth + 1)))
    }
    return { type: 'branch', size, children }
  }

  async #collapse(branch: Branch): Promise<TreeNode> {
    const entries = new Map<string, Entry>()
    const nodes = await Promise.all([...branch.children.values()].map((id) => this.#node(id)))
    for (const node of nodes) {
      const leaf = node.type === 'leaf' ? node : await this.#collapse(node)
      if (leaf.type === 'leaf') for (const [key, entry] of leaf.entries) entries.set(key, entry)
    }
    return { type: 'leaf', entries }
  }

  #store(node: TreeNode): ArtifactId {
    const artifact = encodeNode(node)
    this.#added.set(artifact.id, { artifact, node })
    this.#tree.remember(artifact.id, node)
    return artifact.id
  }
}

function sizeOf(node: TreeNode): number {
  return node.type === 'branch' ? node.size : leafSize(node.entries)
}

function merge(
  entries: ReadonlyMap<string, Entry>,
  changes: ReadonlyMap<string, Entry | undefined>,
): Map<string, Entry> {
  const merged = new Map(entries)
  for (const [key, entry] of changes) {
    if (entry === undefined) merged.delete(key)
    else merged.set(key, entry)
  }
  return merged
}

function byDigit<T>(entries: ReadonlyMap<string, T>, depth: number): Map<string, Map<string, T>> {
  const groups = new Map<string, Map<string, T>>()
  for (const [key, entry] of entries) {
    const digit = keyDigit(key, depth)
    const group = groups.get(digit)
    if (group === undefined) groups.set(digit, new Map([[key, entry]]))
    else group.set(key, entry)
  }
  return groups
}
