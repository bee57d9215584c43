import { defineConformance } from '../src/bindings/vitest.ts'
import harness from './memory.harness.ts'

defineConformance(harness, { claims: { events: 0, artifacts: 0, facts: 0 } })
