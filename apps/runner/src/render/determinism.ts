import { describeFinding } from '@mfm/ambient'
import type { DeterminismDocument } from '../output-schemas/determinism-document.ts'
import type { Paint } from './paint.ts'
import { printable } from './printable.ts'
import { renderVerify } from './replay.ts'
import { count } from './times.ts'

const PAST_IO = 'taken past io, which replay and verify refuse:'

/** What the replays of a first run came to; of one that differed, what may be the matter. */
export function renderDeterminism(document: DeterminismDocument, paint: Paint): string[] {
  const { verdict, replays, ambient, advice } = document
  const [, ...lines] = renderVerify(document, paint)
  const heading =
    verdict === 'identical'
      ? `${paint('good', 'deterministic')}  one run, ${count(replays, 'replay')} of it, all identical`
      : `${paint('bad', 'not deterministic')}  replay ${replays} of one run differs`
  const places = ambient.map(
    (finding) => `  ${finding.stateId}  ${printable(describeFinding(finding))}`,
  )
  const outside = places.length === 0 ? [] : ['', PAST_IO, ...places]
  return [heading, ...lines, ...outside, ...(advice === null ? [] : ['', `way out: ${advice}`])]
}
