import type { RunDetailsDocument } from '../output-schemas/run-details-document.ts'
import type { FailureDocument, RunDocument } from '../output-schemas/run-document.ts'
import { fields } from './columns.ts'
import { jsonText } from './json-text.ts'
import type { Paint } from './paint.ts'
import { printable, shorten } from './printable.ts'

const PHASE_STYLE = {
  completed: 'good',
  failed: 'bad',
  cancelled: 'warning',
  running: 'warning',
  recording: 'faint',
} as const

export function paintPhase(phase: RunDetailsDocument['phase'], paint: Paint, width = 0): string {
  return `${paint(PHASE_STYLE[phase], phase)}${' '.repeat(Math.max(0, width - phase.length))}`
}

/** How a run ended, and what it came to. */
export function renderRun(
  { runId, phase, output, head, failure }: RunDocument,
  paint: Paint,
): string[] {
  return [
    ...fields([
      ['run', runId],
      ['phase', paintPhase(phase, paint)],
      ['head', headText(head)],
    ]),
    ...renderFailure(failure),
    ...(output === null ? [] : ['', jsonText(output, 2)]),
  ]
}

export function renderFailure(failure: FailureDocument | null): string[] {
  if (failure === null) return []
  const { stateId, attempt, error } = failure
  const where = stateId === null ? 'the run' : `${stateId} attempt ${attempt}`
  return ['', `failed in ${where}`, `  ${error.code}: ${shorten(printable(error.message), 2000)}`]
}

export function headText({ seq, digest }: RunDocument['head']): string {
  return digest === null ? `event ${seq}` : `event ${seq}, sha256 ${digest}`
}
