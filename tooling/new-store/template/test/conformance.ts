import { defineConformance } from '@mfm/conformance/vitest'
import harness from './harness.ts'

// Add what is reached: `{ claims: { events: 3, artifacts: 3, facts: 3 } }`.
defineConformance(harness)
