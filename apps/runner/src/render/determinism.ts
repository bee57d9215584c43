import type { DeterminismDocument } from '../output-schemas/determinism-document.ts'
import type { Paint } from './paint.ts'
import { renderVerify } from './replay.ts'
import { count } from './times.ts'

/** What the replays of a first run came to; of one that differed, what may be the matter. */
export function renderDeterminism(document: DeterminismDocument, paint: Paint): string[] {
  const { verdict, replays, advice } = document
  const [, ...lines] = renderVerify(document, paint)
  const heading =
    verdict === 'identical'
      ? `${paint('good', 'deterministic')}  one run, ${count(replays, 'replay')} of it, all identical`
      : `${paint('bad', 'not deterministic')}  replay ${replays} of one run differs`
  return [heading, ...lines, ...(advice === null ? [] : ['', `way out: ${advice}`])]
}
