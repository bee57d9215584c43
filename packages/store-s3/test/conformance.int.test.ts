import { defineConformance } from '@mfm/conformance/vitest'
import harness from './harness.ts'

// A part of the repetitions, for a change at hand; `npm run conformance` asks for all of them.
defineConformance(harness, { claims: { artifacts: 3 }, effort: 0.2 })
