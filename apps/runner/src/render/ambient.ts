import { describeFinding, wayOut } from '@mfm/ambient'
import type { AmbientFinding } from '@mfm/workflow'
import type { Paint } from './paint.ts'
import { printable } from './printable.ts'

/** A place where a live run reached past its io, and what to do. */
export function renderFinding(finding: AmbientFinding, paint: Paint): readonly string[] {
  const { stateId } = finding
  const place = printable(describeFinding(finding))
  return [
    `${paint('warning', 'warning:')} ${stateId} used ${place}; it is not recorded, and a replay refuses it`,
    paint('faint', `  ${printable(wayOut(finding))}`),
  ]
}
