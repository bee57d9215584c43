import { ARTIFACT_MUTANTS } from './artifact-mutants.fixture.ts'
import { FACT_MUTANTS } from './fact-mutants.fixture.ts'
import { testMutants } from './mutant-suite.fixture.ts'
import { wireHarness } from './wire-harness.fixture.ts'

// The cases that a memory store cannot show to work: those of the network and of the backdoor.
testMutants({
  subject: 'a store over the wire',
  mutants: [...ARTIFACT_MUTANTS, ...FACT_MUTANTS],
  sound: {},
  open: wireHarness,
})
