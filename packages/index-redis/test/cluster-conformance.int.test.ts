import { defineConformance } from '@mfm/conformance/vitest'
import harness from './cluster.harness.ts'

// A part of the repetitions, for a change at hand; `npm run conformance` asks for all of them.
defineConformance(harness, { claims: { facts: 1 }, effort: 0.25 })
