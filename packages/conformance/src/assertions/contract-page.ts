import type { ConformanceCase } from '../case.ts'
import { ALL_ASSERTIONS, assertionOf } from './all-assertions.ts'

/** The contract as a page: every assertion under its id, with the cases that prove it. */
export function contractPage(cases: readonly ConformanceCase[]): string {
  const paragraphs = ALL_ASSERTIONS.map(({ id, text, elsewhere = [] }) => {
    const proofs = cases
      .filter((one) => assertionOf(one.id) === id)
      .map((one) => `- \`${one.id}\` L${one.level}: ${one.title}`)
    const others = elsewhere.map(({ test, reason }) => `- \`${test}\`: ${reason}`)
    return [`### ${id}`, '', text, '', ...proofs, ...others].join('\n')
  })
  return [
    '# The contract of the stores',
    '',
    'One paragraph for each assertion, and where it is proven: cases of the suite with their level, or tests of the',
    'repository. Written by `npm run conformance -- --write`.',
    '',
    paragraphs.join('\n\n'),
    '',
  ].join('\n')
}
