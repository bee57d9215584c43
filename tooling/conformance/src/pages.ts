import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ReportSummary } from '@mfm/conformance'
import { ALL_CASES, contractPage, markdownMatrix } from '@mfm/conformance'
import type { MutantRow } from '@mfm/conformance/mutants'
import { mutantsPage } from '@mfm/conformance/mutants'

const START = '<!-- conformance matrix, written by: npm run conformance -->'
const END = '<!-- end of the conformance matrix -->'
/** Mutants that need a server of their own are not published with the kit. */
const WIRE_MUTANTS = 'packages/conformance/test/wire'

/** The README with a new matrix between its marks. */
export function withMatrix(readme: string, reports: readonly ReportSummary[]): string {
  const [before, rest] = readme.split(START)
  const after = rest?.split(END)[1]
  if (before === undefined || after === undefined) {
    throw new Error(`the README has no place for the matrix: ${START} … ${END}`)
  }
  return `${before}${START}\n\n${markdownMatrix(reports)}\n\n${END}${after}`
}

/** What `mfm doctor` tells of every adapter, shipped with the runner. */
export const LEVELS_FILE = 'apps/runner/conformance.json'

export function levelsText(reports: readonly ReportSummary[]): string {
  const records = reports.map(({ name, contract, verdicts, exceptions }) => ({
    name,
    contract,
    verdicts: verdicts.map(({ port, level, passed, total }) => ({ port, level, passed, total })),
    exceptions,
  }))
  return `${JSON.stringify(records, null, 2)}\n`
}

/** The pages that follow from the kit alone, by their path from the root. */
export async function kitPages(root: string): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['packages/conformance/CONTRACT.md', contractPage(ALL_CASES)],
    ['packages/conformance/MUTANTS.md', mutantsPage(await wireMutants(root))],
  ])
}

async function wireMutants(root: string): Promise<readonly MutantRow[]> {
  const names = await readdir(join(root, WIRE_MUTANTS))
  const files = names.filter((name) => name.endsWith('-mutants.fixture.ts')).sort()
  const modules = await Promise.all(
    files.map(
      (name): Promise<object> => import(pathToFileURL(join(root, WIRE_MUTANTS, name)).href),
    ),
  )
  // Each exports one list of mutants, under a name of its own.
  const lists = modules.flatMap((loaded) => Object.values(loaded).filter(Array.isArray))
  return lists.flat() as readonly MutantRow[]
}
