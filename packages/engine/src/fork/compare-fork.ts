import { diffJson, formatPointer } from '@mfm/canonical-json'
import type { ArtifactId, FactKey, JsonValue, RunEvent, StateId } from '@mfm/core-types'
import type { ContextTree } from '../context/context-tree.ts'
import type { EntryPair } from '../context/diff-snapshots.ts'
import { diffSnapshots, isSameEntry } from '../context/diff-snapshots.ts'
import type { ForkDifference, ForkedFacts, ForkedState, ForkReport } from './fork-report.ts'
import type { ParentFacts } from './parent-facts.ts'

const MAX_ROWS = 20
const MAX_KEYS = 20

export interface ComparedFork {
  /** Reads the snapshots of both. */
  readonly tree: ContextTree
  /** States that the two may differ in, in execution order. */
  readonly states: readonly StateId[]
  readonly parentEvents: readonly RunEvent[]
  readonly forkEvents: readonly RunEvent[]
  readonly parent: ParentFacts
}

/** Says of each state what it left otherwise, and what became of its facts. */
export async function compareFork(compared: ComparedFork): Promise<ForkedState[]> {
  const { tree, parentEvents, forkEvents, parent } = compared
  const before = passages(parentEvents)
  const after = passages(forkEvents)
  const facts = new FactTally(parent)
  const entered = compared.states.filter((id) => before.has(id) || after.has(id))
  const forked: ForkedState[] = []
  for (const stateId of entered) {
    const one = before.get(stateId)
    const other = after.get(stateId)
    forked.push({
      stateId,
      ...(await compareState(tree, one, other)),
      facts: facts.of(stateId),
    })
  }
  return forked
}

/** Sums of what {@link compareFork} found. */
export function sumFacts(states: readonly ForkedState[]): ForkReport['facts'] {
  const sum = (name: 'reused' | 'edited' | 'recorded' | 'unused'): number =>
    states.reduce((total, { facts }) => total + facts[name], 0)
  return {
    reused: sum('reused'),
    edited: sum('edited'),
    recorded: sum('recorded'),
    unused: sum('unused'),
  }
}

/** The first places in which two values differ. */
export function forkDifferences(
  parent: JsonValue | undefined,
  fork: JsonValue | undefined,
  prefix = '',
): ForkDifference[] {
  if (parent === undefined || fork === undefined) {
    const sides = { ...(parent !== undefined && { parent }), ...(fork !== undefined && { fork }) }
    return [{ pointer: prefix, ...sides }]
  }
  return diffJson(parent, fork, MAX_ROWS).map(({ pointer, recorded, requested }) => ({
    pointer: `${prefix}${pointer}`,
    ...(recorded !== undefined && { parent: recorded }),
    ...(requested !== undefined && { fork: requested }),
  }))
}

/** A state between the snapshot that it began with and the one that it left. */
interface Passage {
  readonly base: ArtifactId
  end: ArtifactId | undefined
}

function passages(events: readonly RunEvent[]): ReadonlyMap<StateId, Passage> {
  const found = new Map<StateId, Passage>()
  for (const event of events) {
    if (event.type === 'state_entered') {
      found.set(event.stateId, { base: event.baseSnapshotId, end: undefined })
    }
    const passage = event.type === 'state_completed' ? found.get(event.stateId) : undefined
    if (event.type === 'state_completed' && passage !== undefined) {
      passage.end = event.contextSnapshotId
    }
  }
  return found
}

async function compareState(
  tree: ContextTree,
  parent: Passage | undefined,
  fork: Passage | undefined,
): Promise<Pick<ForkedState, 'change' | 'isSameSnapshot' | 'differences'>> {
  if (parent?.end === undefined || fork?.end === undefined) {
    const change = onlyOne(parent?.end, fork?.end)
    return { change, isSameSnapshot: false, differences: [] }
  }
  const carried = await diffSnapshots(tree, parent.base, fork.base)
  const left = await diffSnapshots(tree, parent.end, fork.end)
  const own = [...left].filter(([key, pair]) => !isSamePair(pair, carried.get(key)))
  const differences: ForkDifference[] = []
  for (const [key, [one, other]] of own.sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (differences.length >= MAX_ROWS) break
    const values = [one && (await tree.value(one)), other && (await tree.value(other))] as const
    differences.push(...forkDifferences(...values, formatPointer([key])))
  }
  return {
    change: own.length === 0 ? 'unchanged' : 'changed',
    isSameSnapshot: parent.end === fork.end,
    differences: differences.slice(0, MAX_ROWS),
  }
}

function onlyOne(
  parent: ArtifactId | undefined,
  fork: ArtifactId | undefined,
): ForkedState['change'] {
  if (fork !== undefined) return 'only_fork'
  return parent === undefined ? 'neither' : 'only_parent'
}

function isSamePair(pair: EntryPair, other: EntryPair | undefined): boolean {
  return other !== undefined && isSameEntry(pair[0], other[0]) && isSameEntry(pair[1], other[1])
}

/** The facts of a fork and of its parent, by state. */
class FactTally {
  readonly #reused = new Map<StateId, FactKey[]>()
  readonly #unused = new Map<StateId, FactKey[]>()
  readonly #parent: ParentFacts

  constructor(parent: ParentFacts) {
    this.#parent = parent
    for (const [key, stateId] of parent.ledger.reused) add(this.#reused, stateId, key)
    for (const { key, meta } of parent.unused()) {
      if (meta !== undefined) add(this.#unused, meta.stateId, key)
    }
  }

  of(stateId: StateId): ForkedFacts {
    const { ledger, edited } = this.#parent
    const reused = this.#reused.get(stateId) ?? []
    const recorded = ledger.recorded.get(stateId) ?? []
    const unused = this.#unused.get(stateId) ?? []
    return {
      reused: reused.length,
      edited: reused.filter((key) => edited.has(key)).length,
      recorded: recorded.length,
      unused: unused.length,
      recordedKeys: recorded.slice(0, MAX_KEYS),
      unusedKeys: unused.slice(0, MAX_KEYS),
    }
  }
}

function add(map: Map<StateId, FactKey[]>, stateId: StateId, key: FactKey): void {
  const keys = map.get(stateId)
  if (keys === undefined) map.set(stateId, [key])
  else keys.push(key)
}
