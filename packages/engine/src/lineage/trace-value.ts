import { formatPointer, getAtPointer, parsePointer } from '@mfm/canonical-json'
import type { ArtifactId, JsonPointer, JsonValue, RunId, StateId, Stores } from '@mfm/core-types'
import { MfmError, parseId } from '@mfm/errors'
import { attemptKeyParts } from '@mfm/facts'
import { ContextTree } from '../context/context-tree.ts'
import { isSameEntry } from '../context/diff-snapshots.ts'
import type { Lineage, LineageFact, LineageNode } from './lineage.ts'
import type { DeclaredKeys, RecordedStep, RecordedSteps } from './recorded-steps.ts'
import { readSteps } from './recorded-steps.ts'

export interface TraceRequest {
  readonly runId: RunId
  /** Into the context; its first part is the key. */
  readonly pointer: JsonPointer
  /** The context as this state left it; by default as the last one did. */
  readonly at?: StateId | undefined
}

/** Names that an error lists. */
const MAX_NAMES = 50

/**
 * Tells for a value of the context which states and which facts it came from: the state that last changed its key, the
 * facts which that state was answered with, and the same of every key that it may have read. A state that wrote the
 * value that was there already has changed nothing, so it is the one before that is named.
 *
 * Reads the stream whole and of the contexts the keys in question. Writes nothing.
 *
 * @throws MfmError `run_value_not_found` with `details.there`: the names of what there is; `run_not_found`,
 * `run_not_started`, `event_store_corruption`, and what reading artifacts throws
 */
export async function traceValue(
  stores: Pick<Stores, 'events' | 'artifacts'>,
  { runId, pointer, at }: TraceRequest,
): Promise<Lineage> {
  const run = await readSteps(stores, parseId('run_id', runId))
  const tree = new ContextTree(async (id) => await stores.artifacts.get(id), 'rfc8785')
  const last = lastStep(run, at)
  const snapshotId = run.steps[last]?.after ?? run.started.initialSnapshotId
  const key = parsePointer(pointer)?.[0]
  const value = key === undefined ? undefined : await tree.get(snapshotId, key)
  const place = pointer.slice(key === undefined ? 0 : formatPointer([key]).length)
  const found = value === undefined ? undefined : getAtPointer(value, place)
  if (key === undefined || value === undefined || found === undefined) {
    throw notFound(pointer, await namesAt(tree, snapshotId, { key, value, place }))
  }
  const root = await new Trace(run, tree).node(key, last)
  return { runId, pointer, value: found, parent: run.started.parent, root }
}

type Fact = ReturnType<RecordedSteps['source']['unusedFacts']>[number]

/** Walks from a key to who wrote it, and from there to what that one read. */
class Trace {
  readonly #run: RecordedSteps
  readonly #tree: ContextTree
  readonly #factsOf: ReadonlyMap<StateId, readonly Fact[]>
  readonly #told = new Set<string>()

  constructor(run: RecordedSteps, tree: ContextTree) {
    this.#run = run
    this.#tree = tree
    const known = [...run.source.facts.values()].flatMap((fact) =>
      fact.meta === undefined ? [] : [{ fact, stateId: fact.meta.stateId }],
    )
    const groups = Map.groupBy(known, ({ stateId }) => stateId)
    this.#factsOf = new Map([...groups].map(([id, all]) => [id, all.map(({ fact }) => fact)]))
  }

  /** @param last the step whose context is asked; -1 for the first context */
  async node(key: string, last: number): Promise<LineageNode> {
    const place = await this.#writer(key, last)
    const step = this.#run.steps[place]
    const id = JSON.stringify([key, place])
    const isRepeated = this.#told.has(id)
    this.#told.add(id)
    const { stateId = null, attempt = null, seq = 1 } = step ?? {}
    const own = { key, stateId, attempt, seq, isRepeated }
    if (step === undefined || isRepeated) return { ...own, readsAll: false, facts: [], reads: [] }
    const reads: LineageNode[] = []
    for (const read of await this.#keysRead(step)) reads.push(await this.node(read, place - 1))
    return {
      ...own,
      readsAll: this.#readsAll(step),
      facts: await this.#facts(step),
      reads,
    }
  }

  /** The last step that changed the key; -1 where it is as it was at first. */
  async #writer(key: string, last: number): Promise<number> {
    for (let place = last; place >= 0; place -= 1) {
      const step = this.#run.steps[place]
      if (step === undefined || step.before === step.after) continue
      const { writes } = this.#declared(step)
      if (writes !== null && !writes.includes(key)) continue
      const before = await this.#tree.find(step.before, key)
      if (!isSameEntry(before, await this.#tree.find(step.after, key))) return place
    }
    return -1
  }

  /** A state may read what it declares to write as well. */
  async #keysRead(step: RecordedStep): Promise<readonly string[]> {
    const { reads, writes } = this.#declared(step)
    if (reads === null || writes === null) {
      return (await this.#tree.entries(step.before)).map(([key]) => key).sort()
    }
    const there = await this.#tree.pick(step.before, [...new Set([...reads, ...writes])])
    return there.map(([key]) => key)
  }

  async #facts({ stateId, attempt }: RecordedStep): Promise<LineageFact[]> {
    const { source } = this.#run
    const facts: LineageFact[] = []
    for (const { key, seq, payloadId, meta } of this.#factsOf.get(stateId) ?? []) {
      if (meta === undefined || meta.attempt > attempt) continue
      // What names its attempt answers no other.
      if (meta.attempt < attempt && attemptKeyParts(key) !== undefined) continue
      const { namespace, ordinal, outcome, requestId } = meta
      const request: JsonValue = (await source.request(requestId)) ?? null
      facts.push({
        key,
        seq,
        namespace,
        attempt: meta.attempt,
        ordinal,
        outcome,
        payloadId,
        request,
      })
    }
    return facts
  }

  #readsAll(step: RecordedStep): boolean {
    const { reads, writes } = this.#declared(step)
    return reads === null || writes === null
  }

  #declared({ stateId }: RecordedStep): DeclaredKeys {
    return this.#run.declared.get(stateId) ?? { reads: null, writes: null }
  }
}

function lastStep({ steps }: RecordedSteps, at: StateId | undefined): number {
  if (at === undefined) return steps.length - 1
  const place = steps.findIndex(({ stateId }) => stateId === at)
  if (place >= 0) return place
  const there = steps.slice(0, MAX_NAMES).map(({ stateId }) => stateId)
  throw new MfmError('run_value_not_found', {
    message: `no state ${at} has completed in the run`,
    details: { stateId: at, there },
    help: `There are: ${there.join(', ') || 'none'}.`,
  })
}

interface Sought {
  readonly key: string | undefined
  readonly value: JsonValue | undefined
  readonly place: JsonPointer
}

/** What there is at the deepest part of the pointer that leads somewhere. */
async function namesAt(
  tree: ContextTree,
  snapshotId: ArtifactId,
  { key, value, place }: Sought,
): Promise<string[]> {
  if (key === undefined || value === undefined) {
    const keys = (await tree.entries(snapshotId)).map(([name]) => name).sort()
    return keys.slice(0, MAX_NAMES).map((name) => formatPointer([name]))
  }
  let known = place
  let holder: JsonValue | undefined
  while (holder === undefined) {
    known = known.slice(0, Math.max(0, known.lastIndexOf('/')))
    holder = getAtPointer(value, known)
  }
  const here = `${formatPointer([key])}${known}`
  if (typeof holder !== 'object' || holder === null) return [here]
  return Object.keys(holder)
    .slice(0, MAX_NAMES)
    .map((name) => `${here}${formatPointer([name])}`)
}

function notFound(pointer: JsonPointer, there: readonly string[]): MfmError {
  return new MfmError('run_value_not_found', {
    message: `the context holds nothing at ${JSON.stringify(pointer)}`,
    details: { pointer, there },
    help: there.length === 0 ? 'The context is empty.' : `There are: ${there.join(', ')}.`,
  })
}
