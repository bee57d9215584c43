import { eventHarness } from './event-harness.fixture.ts'
import { EVENT_MUTANTS } from './event-mutants.fixture.ts'
import { testMutants } from './mutant-suite.fixture.ts'

testMutants({
  subject: 'an event store over the wire',
  mutants: EVENT_MUTANTS,
  sound: {},
  open: eventHarness,
})
