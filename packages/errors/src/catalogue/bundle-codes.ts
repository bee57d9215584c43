import type { CatalogueEntry } from './entry.ts'
import { entry } from './entry.ts'

type Code =
  | 'bundle_invalid'
  | 'bundle_version_unsupported'
  | 'bundle_too_large'
  | 'bundle_incomplete'
  | 'bundle_conflict'

export const BUNDLE_CODES: Readonly<Record<Code, CatalogueEntry>> = {
  bundle_invalid: entry('storage', 'corruption', 'parsing_input', {
    meaning: 'A bundle is damaged, cut short or not a bundle; nothing of its runs was taken.',
    help: 'Details name the problem and where it is; export the runs again, or copy the file again.',
  }),
  bundle_version_unsupported: entry('storage', 'unsupported', 'parsing_input', {
    meaning: 'A bundle was written in a version of the format that this release does not know.',
    help: 'Use the release that wrote it, or a later one; details name both versions.',
  }),
  bundle_too_large: entry('storage', 'too_large', 'parsing_input', {
    meaning: 'A bundle is larger than a limit allows.',
    help: 'Details name the limit; raise it where the bundle is from somebody you trust.',
  }),
  bundle_incomplete: entry('storage', 'not_found', 'storage', {
    meaning: 'Documents that the runs of a bundle reach are not there.',
    help: 'Details name them; export from a store that holds the whole of the run.',
  }),
  bundle_conflict: entry('storage', 'conflict', 'storage', {
    meaning:
      'The store holds another history under the id of a run of the bundle; nothing was written.',
    help: 'Import into another store; two histories of one id cannot live in one.',
  }),
}
