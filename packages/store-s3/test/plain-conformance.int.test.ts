import { defineConformance } from '@mfm/conformance/vitest'
import harness from './plain.harness.ts'

// Each case as on the other server, repeated less often.
defineConformance(harness, { claims: { artifacts: 3 }, effort: 0.1 })
