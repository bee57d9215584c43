import { defineConformance } from '@mfm/conformance/vitest'
import harness from './harness.ts'

defineConformance(harness, { claims: { events: 3, artifacts: 3, facts: 3 } })
