import { defineConformance } from '@mfm/conformance/vitest'
import inMemory from './in-memory.harness.ts'
import shortBatches from './short-batches.harness.ts'

defineConformance(shortBatches, { claims: { events: 3, artifacts: 3, facts: 3 } })
defineConformance(inMemory, { claims: { events: 0, artifacts: 0, facts: 0 } })
