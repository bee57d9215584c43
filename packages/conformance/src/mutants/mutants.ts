import { APPENDING_MUTANTS } from './appending-mutants.ts'
import { ARTIFACT_MUTANTS } from './artifact-mutants.ts'
import { COMMIT_MUTANTS } from './commit-mutants.ts'
import { COMMON_MUTANTS } from './common-mutants.ts'
import { FACT_MUTANTS } from './fact-mutants.ts'
import type { Mutant } from './mutant.ts'
import { READING_MUTANTS } from './reading-mutants.ts'

export { altered, type Mutant, mutantHarness, REFERENCE } from './mutant.ts'

/** Broken stores. Whoever changes a case sees here whether it still notices what it is for. */
export const MUTANTS: readonly Mutant[] = [
  ...APPENDING_MUTANTS,
  ...READING_MUTANTS,
  ...ARTIFACT_MUTANTS,
  ...FACT_MUTANTS,
  ...COMMIT_MUTANTS,
  ...COMMON_MUTANTS,
]

/** What a row of the page tells of a mutant. */
export type MutantRow = Pick<Mutant, 'flaw' | 'killedBy'>

/** The page of the mutants: what is wrong with each, and which case notices. */
export function mutantsPage(overTheWire: readonly MutantRow[]): string {
  return [
    '# Mutants',
    '',
    'Stores that are broken on purpose, and the case of the suite that must fail on each. The sound store that they are',
    'made from passes every one of these cases. Written by `npm run conformance`; the tests see each of them die.',
    '',
    `## ${MUTANTS.length} over the reference stores`,
    '',
    '| a store that | is found by |',
    '|---|---|',
    ...MUTANTS.map(row),
    '',
    `## ${overTheWire.length} over a wire, with a server of their own`,
    '',
    '| a store that | is found by |',
    '|---|---|',
    ...overTheWire.map(row),
    '',
  ].join('\n')
}

function row({ flaw, killedBy }: MutantRow): string {
  return `| ${flaw} | ${killedBy} |`
}
