import { formatPointer } from '@mfm/canonical-json'
import type { ArtifactId, StateId } from '@mfm/core-types'
import { ContextTree } from '../context/context-tree.ts'
import type { EntryPair } from '../context/diff-snapshots.ts'
import { diffSnapshots, isSameEntry } from '../context/diff-snapshots.ts'
import type { ComparedRun } from './compared-run.ts'
import type { DocumentReader } from './diff-documents.ts'
import { diffValues } from './diff-documents.ts'
import type { DifferenceList } from './difference-list.ts'
import type { DiffRow } from './run-diff.ts'

type Change = readonly [key: string, pair: EntryPair]

/** Compares what the states of two runs left behind. */
export class StateComparison {
  readonly #a: ComparedRun
  readonly #b: ComparedRun
  readonly #list: DifferenceList
  readonly #tree: ContextTree
  /** What the contexts differed in after the state before, by key: a difference is told where it arose. */
  #known: ReadonlyMap<string, EntryPair> = new Map()

  constructor(a: ComparedRun, b: ComparedRun, list: DifferenceList, documents: DocumentReader) {
    this.#a = a
    this.#b = b
    this.#list = list
    this.#tree = new ContextTree(documents.load, 'rfc8785')
  }

  /** @param isInputTold whether a difference of the first contexts is told as one of the input */
  async contexts(isInputTold: boolean): Promise<void> {
    const [before, after] = [this.#a.snapshotBefore(this.#b), this.#b.snapshotBefore(this.#a)]
    if (before === undefined || after === undefined) return
    const first = await this.#changes(before, after)
    if (!isInputTold) await this.#tell(null, first)
    for (const [stateId, state] of this.#a.states) {
      const { snapshotId } = this.#b.states.get(stateId) ?? {}
      if (state.snapshotId === undefined || snapshotId === undefined) continue
      await this.#tell(stateId, await this.#changes(state.snapshotId, snapshotId))
    }
  }

  /** How attempts ended, and what they emitted. */
  async histories(): Promise<void> {
    const ids = sharedStates(this.#a, this.#b)
    for (const stateId of ids) {
      const [left, right] = [this.#a.states.get(stateId), this.#b.states.get(stateId)]
      const ends = diffValues(left?.attempts ?? [], right?.attempts ?? [])
      await this.#list.addRows('attempts_changed', { stateId, rows: ends })
    }
    for (const stateId of ids) {
      const [left, right] = [this.#a.states.get(stateId), this.#b.states.get(stateId)]
      const rows = diffValues(left?.events ?? [], right?.events ?? [])
      await this.#list.addRows('event_changed', { stateId, rows })
    }
  }

  /** The value of a key at the ends of the runs. */
  async output(keyA: string | undefined, keyB: string | undefined): Promise<DiffRow[]> {
    const [a, b] = [this.#a.lastSnapshotId, this.#b.lastSnapshotId]
    return diffValues(
      a === undefined || keyA === undefined ? undefined : await this.#tree.get(a, keyA),
      b === undefined || keyB === undefined ? undefined : await this.#tree.get(b, keyB),
    )
  }

  /** What the contexts differ in and did not differ in before, by key. */
  async #changes(a: ArtifactId, b: ArtifactId): Promise<readonly Change[]> {
    const before = this.#known
    this.#known = await diffSnapshots(this.#tree, a, b)
    return [...this.#known]
      .filter(([key, [left, right]]) => {
        const known = before.get(key)
        if (known === undefined) return true
        return !(isSameEntry(left, known[0]) && isSameEntry(right, known[1]))
      })
      .sort(([one], [other]) => (one < other ? -1 : 1))
  }

  async #tell(stateId: StateId | null, changes: readonly Change[]): Promise<void> {
    for (const [key, [a, b]] of changes) {
      await this.#list.add('context_changed', async () => {
        const rows = diffValues(
          a === undefined ? undefined : await this.#tree.value(a),
          b === undefined ? undefined : await this.#tree.value(b),
        )
        const place = formatPointer([key])
        return {
          stateId,
          fact: null,
          rows: rows.map((row) => ({ ...row, pointer: `${place}${row.pointer}` })),
        }
      })
    }
  }
}

/** The states of either run, without those that one of them has from the run that it was forked from. */
function sharedStates(a: ComparedRun, b: ComparedRun): StateId[] {
  const ids = new Set([...a.states.keys(), ...b.states.keys()])
  return [...ids].filter((id) => !(a.takenOver.has(id) || b.takenOver.has(id)))
}
