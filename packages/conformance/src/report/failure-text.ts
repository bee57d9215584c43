import { inspect } from 'node:util'
import { ALL_ASSERTIONS, assertionOf } from '../assertions/all-assertions.ts'
import type { CaseResult } from '../run/case-result.ts'
import type { SuiteReport } from './verdict.ts'

/** The file that holds every assertion under a heading of its own. */
const CONTRACT_FILE = 'node_modules/@mfm/conformance/CONTRACT.md'

export type FailedResult = Extract<CaseResult, { readonly status: 'failed' }>

/** What is known of a failure: what holds where the case passes, why it matters, what came instead, how to repeat it. */
export function failureText(
  result: FailedResult,
  settings: Pick<SuiteReport, 'seed' | 'effort'>,
  harnessFile: string,
): string {
  const { id, title, why, level } = result.case
  const assertionId = assertionOf(id)
  const assertion = ALL_ASSERTIONS.find((candidate) => candidate.id === assertionId)
  return [
    `${id} (L${level}) ${title}`,
    `  why       ${why}`,
    `  contract  ${CONTRACT_FILE}#${assertionId.toLowerCase()}: ${assertion?.text ?? title}`,
    `  repeat    ${repeatCommand(id, settings, harnessFile)}`,
    ...result.notes.map((note) => `  note      ${note}`),
    indented(inspect(result.error, { depth: 6 })),
  ].join('\n')
}

/** The command that runs this one case on the same schedule. */
export function repeatCommand(
  caseId: string,
  { seed, effort }: Pick<SuiteReport, 'seed' | 'effort'>,
  harnessFile: string,
): string {
  const withEffort = effort === 1 ? '' : ` --effort ${effort}`
  return `npx mfm-conformance run ${harnessFile} --case ${caseId} --seed ${seed}${withEffort}`
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n')
}
