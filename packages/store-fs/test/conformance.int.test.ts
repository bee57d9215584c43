import { defineConformance } from '@mfm/conformance/vitest'
import harness from './harness.ts'

defineConformance(harness, { claims: { artifacts: 3 } })
