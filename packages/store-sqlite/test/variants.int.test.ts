import { defineConformance } from '@mfm/conformance/vitest'
import inMemory from './in-memory.harness.ts'
import shortBatches from './short-batches.harness.ts'

// A part of the repetitions: the store as it is used runs all of them.
defineConformance(shortBatches, { claims: { events: 3, artifacts: 3, facts: 3 }, effort: 0.2 })
defineConformance(inMemory, { claims: { events: 0, artifacts: 0, facts: 0 } })
