import type { ArtifactId, RunId, StateId, StateNode } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { RecordedRun } from '../replay/recorded-run.ts'

/** Where a fork leaves its parent. */
export interface ForkPoint {
  readonly stateId: StateId
  /** The last event that the fork shares with its parent. */
  readonly sharedSeq: number
  readonly snapshotId: ArtifactId
  /** States that the parent had completed by then. */
  readonly completed: ReadonlySet<StateId>
}

/** States that an error lists. */
const MAX_LISTED = 100

/**
 * The moment at which the parent entered a state for the first time.
 *
 * @param given the state's id, or its last segment where only one state of the run has it
 * @throws MfmError `fork_state_unknown` with `details.states`
 */
export function forkPoint(
  { runId, comparable, takenOver }: Pick<RecordedRun, 'runId' | 'comparable' | 'takenOver'>,
  given: string,
  order: readonly StateNode[],
): ForkPoint {
  const entered = new Map<StateId, { readonly seq: number; readonly snapshotId: ArtifactId }>()
  const completedAt = new Map<StateId, number>([...takenOver].map((id) => [id, 0]))
  for (const { seq, event } of comparable) {
    if (event.type === 'state_completed') completedAt.set(event.stateId, seq)
    if (event.type !== 'state_entered' || entered.has(event.stateId)) continue
    entered.set(event.stateId, { seq, snapshotId: event.baseSnapshotId })
  }
  const known = order.map(({ id }) => id).filter((id) => entered.has(id))
  const named = known.filter((id) => id === given || id.split('.').at(-1) === given)
  const [stateId] = named
  const point = stateId === undefined ? undefined : entered.get(stateId)
  if (stateId === undefined || point === undefined || named.length > 1) {
    throw unknownState(runId, given, { known, named })
  }
  const { seq, snapshotId } = point
  const completed = [...completedAt].filter(([, at]) => at < seq).map(([id]) => id)
  return { stateId, sharedSeq: seq - 1, snapshotId, completed: new Set(completed) }
}

function unknownState(
  runId: RunId,
  given: string,
  { known, named }: { readonly known: readonly StateId[]; readonly named: readonly StateId[] },
): MfmError {
  const at = given.slice(0, 200)
  const states = known.slice(0, MAX_LISTED)
  const why =
    named.length > 1
      ? 'it is the last segment of several states'
      : 'it is no state of the workflow that the run entered'
  return new MfmError('fork_state_unknown', {
    message: `the run ${runId} cannot be forked at ${JSON.stringify(at)}: ${why}`,
    details: { runId, at, states },
    help:
      states.length === 0
        ? 'The run entered no state of this workflow.'
        : `It can be forked at ${states.join(', ')}.`,
  })
}
