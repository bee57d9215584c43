import type { JsonObject } from '@mfm/core-types'
import type {
  RunDetailsDocument,
  StateDetails,
  WorkflowDetails,
} from '../output-schemas/run-details-document.ts'
import { columns, fields } from './columns.ts'
import { renderDifference } from './difference.ts'
import { jsonText } from './json-text.ts'
import type { Paint } from './paint.ts'
import { printable, shorten } from './printable.ts'
import { headText, paintPhase, renderFailure } from './run.ts'
import { count, duration, isoTime } from './times.ts'

/** Characters of a context value; `--output json` has it whole. */
const VALUE_LENGTH = 100

export function renderRunDetails(details: RunDetailsDocument, paint: Paint): string[] {
  const { runId, phase, workflow, startedAtMillis, durationMillis, head, states, facts, output } =
    details
  return [
    ...fields([
      ['run', runId],
      ['phase', paintPhase(phase, paint)],
      ...workflowRows(workflow),
      ['started', isoTime(startedAtMillis)],
      ['took', duration(durationMillis)],
      ['head', headText(head)],
      ['facts', String(facts)],
      ['output', output === null ? undefined : shorten(printable(jsonText(output)), VALUE_LENGTH)],
    ]),
    ...section('states', paint, stateRows(states)),
    ...renderFailure(details.failure),
    ...(details.divergence === null ? [] : renderDifference(details.divergence, paint)),
    ...section('context', paint, contextRows(details.context)),
  ]
}

function workflowRows(workflow: WorkflowDetails | null): (readonly [string, string | undefined])[] {
  if (workflow === null) return []
  const { opId, opVersion, provenance, input, forkOf } = workflow
  const { workflow: code, sourceRevision, runtime, platform } = provenance
  const where = [runtime, platform].filter((known) => known !== null).join(', ')
  return [
    ['op', `${opId} ${printable(opVersion)}`],
    ['fork of', forkOf === null ? undefined : `${forkOf.runId} at ${forkOf.at}`],
    ['code', code === null ? undefined : printable(code)],
    ['revision', sourceRevision === null ? undefined : printable(sourceRevision)],
    ['runtime', where === '' ? undefined : printable(where)],
    ['input', input === null ? undefined : shorten(printable(jsonText(input)), VALUE_LENGTH)],
  ]
}

function stateRows(states: readonly StateDetails[]): string[] {
  return columns(
    states.map(({ stateId, phase, attempts, facts, durationMillis, lastError }) => [
      stateId,
      phase,
      count(attempts, 'attempt'),
      count(facts, 'fact'),
      duration(durationMillis),
      lastError === null ? '' : lastError.code,
    ]),
  )
}

function contextRows(context: JsonObject | null): string[] {
  const entries = Object.entries(context ?? {})
  return columns(
    entries.map(([key, value]) => [
      printable(key),
      shorten(printable(jsonText(value)), VALUE_LENGTH),
    ]),
  )
}

function section(title: string, paint: Paint, lines: readonly string[]): string[] {
  if (lines.length === 0) return []
  return ['', paint('strong', title), ...lines.map((line) => `  ${line}`)]
}
