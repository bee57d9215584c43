import type { Harness } from '../src/index.ts'
import { MUTANTS, mutantHarness } from '../src/mutants/mutants.ts'

const alwaysInserted = MUTANTS.find(({ name }) => name === 'always-inserted')
if (alwaysInserted === undefined) throw new Error('there is no such mutant')

/** A harness that fails. */
const brokenHarness: Harness = mutantHarness(alwaysInserted)

export default brokenHarness
