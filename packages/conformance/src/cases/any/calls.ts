import type {
  ArtifactStore,
  AtomicRecorder,
  CallOptions,
  EventStore,
  FactIndex,
  RunId,
} from '@mfm/core-types'
import { canErase, canGetMany, canList, canPutMany, canWatch } from '@mfm/core-types'
import type { OpenedStores } from '../../harness.ts'
import type { Chance } from '../support/samples.ts'
import { bytesOf, collect, counted, idOf, newRun } from '../support/samples.ts'

/** A call of a port that has not been made yet. */
export type Call = () => Promise<unknown>

/**
 * One call of every method that is there, by name. They write to `run`, to the artifact whose bytes are its name, and
 * nowhere else. Each is legal; {@link EXPECTED_REFUSALS} are what some of them get when they are made twice.
 */
export function callsOf(
  { events, artifacts, facts, atomic }: OpenedStores,
  run: RunId,
  options?: CallOptions,
): ReadonlyMap<string, Call> {
  return new Map([
    ...(events === undefined ? [] : eventCalls(events, run, options)),
    ...(artifacts === undefined ? [] : artifactCalls(artifacts, run, options)),
    ...(facts === undefined ? [] : factCalls(facts, run, options)),
    ...(atomic === undefined ? [] : commitCalls(atomic, run, options)),
  ])
}

export const EXPECTED_REFUSALS: readonly string[] = [
  'event_store_concurrency',
  'artifact_not_found',
]

type NamedCall = readonly [string, Call]

function eventCalls(events: EventStore, run: RunId, options?: CallOptions): NamedCall[] {
  const calls: NamedCall[] = [
    ['headSeq', () => events.headSeq(run, options)],
    ['append', () => events.append(run, 0, counted({ run }, 1), options)],
    ['read', () => collect(events.read(run, {}, options))],
    ['listRuns', () => events.listRuns({}, options)],
  ]
  // Of a watch only the first event: it has no end.
  if (canWatch(events)) calls.push(['watch', () => first(events.watch(run, 1, options))])
  return calls
}

function artifactCalls(artifacts: ArtifactStore, name: string, options?: CallOptions): NamedCall[] {
  const [bytes, id] = [bytesOf(name), idOf(name)]
  const calls: NamedCall[] = [
    ['put', () => artifacts.put('output', bytes, options)],
    ['get', () => artifacts.get(idOf('x'), options)],
    ['exists', () => artifacts.exists(idOf('x'), options)],
  ]
  if (canGetMany(artifacts)) calls.push(['getMany', () => artifacts.getMany([id], options)])
  if (canPutMany(artifacts)) {
    calls.push(['putMany', () => artifacts.putMany([{ kind: 'output', bytes }], options)])
  }
  if (canList(artifacts)) calls.push(['list', () => collect(artifacts.list(options))])
  if (canErase(artifacts)) calls.push(['erase', () => artifacts.erase(idOf('x'), options)])
  return calls
}

function factCalls(facts: FactIndex, run: RunId, options?: CallOptions): NamedCall[] {
  return [
    ['facts.get', () => facts.get(run, 'k', options)],
    ['bindIfUnset', () => facts.bindIfUnset(run, 'k', idOf('x'), options)],
    ['unbindIfMatches', () => facts.unbindIfMatches(run, 'k', idOf('x'), options)],
    ['entries', () => collect(facts.entries(run, options))],
  ]
}

function commitCalls(atomic: AtomicRecorder, run: RunId, options?: CallOptions): NamedCall[] {
  const batch = { artifacts: [], bindings: [], events: counted({ run }, 1) }
  return [['recordAtomically', () => atomic.recordAtomically(run, 0, batch, options)]]
}

async function first<T>(items: AsyncIterable<T>): Promise<T | undefined> {
  for await (const item of items) return item
  return undefined
}

/** Whatever is not what a method takes, each alone and in the place of a part. */
const WRONG = [undefined, null, 7, {}, 'x', [null], Symbol.iterator] as never[]

/** Calls with wrong arguments, every one of which must be refused. */
export function wrongCallsOf(
  stores: OpenedStores,
  chance: Chance,
): ReadonlyMap<string, () => unknown> {
  const run = newRun(chance)
  return new Map(
    WRONG.flatMap((bad, index) =>
      wrongCalls(stores, run, bad).map(([name, call]) => [`${name} given wrong ${index}`, call]),
    ),
  )
}

function wrongCalls(
  { events, artifacts, facts, atomic }: OpenedStores,
  run: RunId,
  bad: never,
): (readonly [string, () => unknown])[] {
  const ofEvents = (store: EventStore) =>
    [
      ['headSeq', () => store.headSeq(bad)],
      ['append', () => store.append(bad, bad, bad)],
      ['append of no list', () => store.append(run, 0, bad)],
      ['append of no event', () => store.append(run, 0, [bad])],
      ['read', () => collect(store.read(bad))],
      ['read of a range', () => collect(store.read(run, { from: [bad] as never }))],
      ['listRuns', () => store.listRuns({ limit: [bad] as never })],
    ] as const
  const ofArtifacts = (store: ArtifactStore) =>
    [
      ['put', () => store.put(bad, bad)],
      ['put of no bytes', () => store.put('output', bad)],
      ['get', () => store.get(bad)],
      ['exists', () => store.exists(bad)],
      ...(canGetMany(store) ? [['getMany', () => store.getMany([bad])] as const] : []),
      ...(canPutMany(store) ? [['putMany', () => store.putMany([bad])] as const] : []),
      ...(canErase(store) ? [['erase', () => store.erase(bad)] as const] : []),
    ] as const
  const ofFacts = (store: FactIndex) =>
    [
      ['facts.get', () => store.get(bad, bad)],
      ['bindIfUnset', () => store.bindIfUnset(bad, bad, bad)],
      ['bindIfUnset to no id', () => store.bindIfUnset(run, 'k', bad)],
      ['unbindIfMatches', () => store.unbindIfMatches(bad, bad, bad)],
      ['entries', () => collect(store.entries(bad))],
    ] as const
  const ofCommits = (recorder: AtomicRecorder) =>
    [
      ['recordAtomically', () => recorder.recordAtomically(bad, bad, bad)],
      ['recordAtomically of no batch', () => recorder.recordAtomically(run, 0, bad)],
    ] as const
  return [
    ...(events === undefined ? [] : ofEvents(events)),
    ...(artifacts === undefined ? [] : ofArtifacts(artifacts)),
    ...(facts === undefined ? [] : ofFacts(facts)),
    ...(atomic === undefined ? [] : ofCommits(atomic)),
  ]
}
