import { defineConformance } from '@mfm/conformance/vitest'
import harness from './plain.harness.ts'

// Each case as on the other server, repeated less often.
defineConformance(harness, { effort: 0.2 })
