import { formatPointer } from '@mfm/canonical-json'
import type { ArtifactId, JsonValue, RunEvent, StateCompleted, StateFailed } from '@mfm/core-types'
import { hasCode } from '@mfm/errors'
import type { ContextTree } from '../context/context-tree.ts'
import { diffSnapshots } from '../context/diff-snapshots.ts'
import { placesIn } from './event-comparison.ts'
import type { Difference, DifferencePlace } from './replay-report.ts'

/** Context keys whose differences are shown. */
const MAX_KEYS = 20

/** An event that came out otherwise, said in the words of what it is about. */
export async function refineDifference(
  difference: Difference,
  events: { readonly recorded: RunEvent | undefined; readonly produced: RunEvent },
  tree: ContextTree,
): Promise<Difference> {
  const { recorded, produced } = events
  if (recorded?.type === 'run_started' && produced.type === 'run_started') {
    const ids = [recorded.initialSnapshotId, produced.initialSnapshotId] as const
    const pointers = await contextPlaces(tree, ...ids)
    if (pointers === undefined) return difference
    const message = 'the code of today makes another first context of the recorded input'
    return { ...difference, kind: 'input_changed', message, pointers }
  }
  if (!(isEnd(recorded) && isEnd(produced)) || !isSameAttempt(recorded, produced)) return difference
  if (recorded.type === 'state_completed' && produced.type === 'state_completed') {
    const ids = [recorded.contextSnapshotId, produced.contextSnapshotId] as const
    const pointers = await contextPlaces(tree, ...ids)
    if (pointers === undefined) return difference
    const message = `the state ${produced.stateId} left another context behind`
    return { ...difference, kind: 'context_changed', message, pointers }
  }
  return {
    ...difference,
    kind: 'outcome_changed',
    message: `the state ${produced.stateId} ${endOf(produced)}; recorded is that it ${endOf(recorded)}`,
    pointers: outcomePlaces(recorded, produced),
  }
}

type AttemptEnd = StateCompleted | StateFailed

function isEnd(event: RunEvent | undefined): event is AttemptEnd {
  return event?.type === 'state_completed' || event?.type === 'state_failed'
}

function isSameAttempt(one: AttemptEnd, other: AttemptEnd): boolean {
  return one.stateId === other.stateId && one.attempt === other.attempt
}

/** `undefined` where the contexts are the same, or one of them is not kept any more. */
async function contextPlaces(
  tree: ContextTree,
  recorded: ArtifactId,
  produced: ArtifactId,
): Promise<DifferencePlace[] | undefined> {
  try {
    const pairs = [...(await diffSnapshots(tree, recorded, produced))]
    if (pairs.length === 0) return undefined
    const places: DifferencePlace[] = []
    for (const [key, [before, after]] of pairs.sort(byKey).slice(0, MAX_KEYS)) {
      const place = `/context${formatPointer([key])}`
      const left = before && (await tree.value(before))
      const right = after && (await tree.value(after))
      places.push(...valuePlaces(place, left, right))
    }
    return places
  } catch (error) {
    if (hasCode(error, 'artifact_not_found')) return undefined
    throw error
  }
}

function byKey([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1
}

function valuePlaces(
  pointer: string,
  recorded: JsonValue | undefined,
  produced: JsonValue | undefined,
): DifferencePlace[] {
  if (recorded !== undefined && produced !== undefined) {
    return placesIn(recorded, produced, pointer)
  }
  return [
    {
      pointer,
      ...(recorded === undefined ? {} : { recorded }),
      ...(produced === undefined ? {} : { produced }),
    },
  ]
}

function outcomePlaces(recorded: AttemptEnd, produced: AttemptEnd): DifferencePlace[] {
  return placesIn(outcomeOf(recorded), outcomeOf(produced), '')
}

function outcomeOf(end: AttemptEnd): JsonValue {
  if (end.type === 'state_completed') return { outcome: 'completed' }
  const { code, message, retryable } = end.error
  return { outcome: 'failed', error: { code, message, retryable } }
}

function endOf(end: AttemptEnd): string {
  return end.type === 'state_completed' ? 'completed' : `failed with ${end.error.code}`
}
