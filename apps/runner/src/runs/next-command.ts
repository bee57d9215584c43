import type { RunId } from '@mfm/core-types'
import type { Difference, DifferenceKind, RecordedDivergence } from '@mfm/engine'
import type { ToldDifference } from '../output-schemas/replay-document.ts'
import { shellWord } from '../render/shell-word.ts'

/** Of a run that stopped on a call: a fork that may perform it again, with all else as it was. */
export function commandForStopped(
  { stateId }: Pick<Subject, 'stateId'>,
  { runId, storeOptions }: Pick<FoundIn, 'runId' | 'storeOptions'>,
): string {
  return `mfm fork ${runId} --at ${stateId} --live --divergence rerun-if-changed${storeOptions}`
}

/** Where a difference was found, as far as a command must repeat it. */
export interface FoundIn {
  readonly command: 'verify' | 'replay'
  readonly runId: RunId
  /** Options that name the stores, each after a space. */
  readonly storeOptions: string
  /** The workflow that was named. */
  readonly workflow: string | undefined
}

/** What a command is made of. */
export type Subject = Pick<RecordedDivergence, 'kind' | 'stateId' | 'pointers'> & {
  readonly seq?: number | null
  readonly error?: { readonly code: string } | null
}

/** The one command to try next: it works when it is pasted where the difference was found. */
function nextCommand(subject: Subject, found: FoundIn): string {
  return BY_KIND[subject.kind](subject, found)
}

/** @param found absent where the run is not kept, so that no command could find it */
export function tellDifference(difference: Difference, found: FoundIn | undefined): ToldDifference {
  return { ...difference, command: found === undefined ? null : nextCommand(difference, found) }
}

type Proposal = (subject: Subject, found: FoundIn) => string

/** Gets the answer that is not recorded, with all else as it was. */
const fork: Proposal = ({ stateId }, { runId, storeOptions, workflow }) => {
  const code = workflow === undefined ? '' : ` --with ${shellWord(workflow)}`
  return `mfm fork ${runId} --at ${stateId} --live${code}${storeOptions}`
}

/** Shows what today's code comes to, where a comparison ends at once. */
const replay: Proposal = (_subject, { runId, storeOptions, workflow }) =>
  `mfm replay ${runId}${workflowOption(workflow)}${storeOptions}`

/** Shows what was recorded. */
const events: Proposal = ({ seq }, { runId, storeOptions }) => {
  const range = typeof seq === 'number' ? ` --from ${seq} --to ${seq}` : ''
  return `mfm events ${runId}${range}${storeOptions}`
}

const underPolicy =
  (policy: 'accept-recorded' | 'allow-reordered'): Proposal =>
  (_subject, { command, runId, storeOptions, workflow }) =>
    `mfm ${command} ${runId} --divergence ${policy}${workflowOption(workflow)}${storeOptions}`

/** A value or noise under a bound key is no answer that could be accepted. */
const accept: Proposal = (subject, found) =>
  subject.error?.code === 'fact_diverged'
    ? underPolicy('accept-recorded')(subject, found)
    : fork(subject, found)

/** Goes on past what was refused, and tells of the rest. */
const warn: Proposal = (_subject, { command, runId, storeOptions, workflow }) =>
  `mfm ${command} ${runId} --ambient warn${workflowOption(workflow)}${storeOptions}`

const BY_KIND: Readonly<Record<DifferenceKind, Proposal>> = {
  missing: fork,
  exhausted: fork,
  diverged: accept,
  refused: fork,
  unused: events,
  order_changed: underPolicy('allow-reordered'),
  ambient: warn,
  plan_changed: replay,
  input_changed: replay,
  output_changed: replay,
  context_changed: why,
  outcome_changed: events,
  event_changed: events,
}

/** Which states and facts the recorded value came from. */
function why(subject: Subject, found: FoundIn): string {
  const place = subject.pointers.find(({ recorded }) => recorded !== undefined)
  if (place === undefined) return replay(subject, found)
  const pointer = place.pointer.replace(/^\/context/, '')
  return `mfm why ${found.runId} ${shellWord(pointer)} --at ${subject.stateId}${found.storeOptions}`
}

function workflowOption(workflow: string | undefined): string {
  return workflow === undefined ? '' : ` --workflow ${shellWord(workflow)}`
}
