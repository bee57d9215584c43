import type { RunListDocument } from '../output-schemas/run-list-document.ts'
import { elapsed } from '../runs/state-tally.ts'
import { columns } from './columns.ts'
import type { Paint } from './paint.ts'
import { paintPhase } from './run.ts'
import { duration, isoTime } from './times.ts'

const PHASE_WIDTH = 'recording'.length

/** One line per run under a heading; ids are never cut. */
export function renderRunList({ runs }: RunListDocument, paint: Paint): string[] {
  if (runs.length === 0) return []
  const [heading = '', ...lines] = columns([
    ['RUN', 'OP', 'EVENTS', 'STARTED', 'TOOK'],
    ...runs.map(({ runId, opId, headSeq, startedAtMillis, updatedAtMillis }) => [
      runId,
      opId ?? '-',
      String(headSeq),
      isoTime(startedAtMillis),
      duration(elapsed(startedAtMillis, updatedAtMillis)),
    ]),
  ])
  // The phase is coloured, so it is put in after the widths are known.
  return [
    paint('strong', `${'PHASE'.padEnd(PHASE_WIDTH)}  ${heading}`),
    ...lines.map((line, index) => {
      const phase = runs[index]?.phase ?? 'running'
      return `${paintPhase(phase, paint, PHASE_WIDTH)}  ${line}`
    }),
  ]
}
