import type { CatalogueEntry } from './entry.ts'
import { entry } from './entry.ts'

type Code =
  | 'golden_missing'
  | 'golden_refused'
  | 'golden_invalid'
  | 'golden_different'
  | 'golden_run_failed'

export const GOLDEN_CODES: Readonly<Record<Code, CatalogueEntry>> = {
  golden_missing: entry('run', 'not_found', 'parsing_input', {
    meaning: 'A test names a golden run that was never recorded.',
    help: 'Record it: vitest -u, or MFM_GOLDEN=record for those alone that are missing.',
  }),
  golden_refused: entry('run', 'conflict', 'parsing_input', {
    meaning: 'A golden run cannot be written here: in CI, or over a file that says something else.',
    help: 'Record on your own machine, look at the change and commit the file.',
  }),
  golden_invalid: entry('run', 'corruption', 'parsing_input', {
    meaning:
      'A golden file is not what a recording writes, or a file beside it is missing or changed.',
    help: 'Take the file from git again; line ends of files beside it must not be converted.',
  }),
  golden_different: entry('run', 'diverged', 'unknown', {
    meaning: 'The code of today does not do what a golden run recorded.',
    help: 'Undo the change; where it is meant, record again with vitest -u and look at the diff.',
  }),
  golden_run_failed: entry('run', 'other', 'unknown', {
    meaning: 'A run that was to be recorded as golden failed; nothing was written.',
    help: 'Mend what failed, or pass mayFail: true where the failure is what the test is about.',
  }),
}
