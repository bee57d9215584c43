import { defineConformance } from '@mfm/conformance/vitest'
import harness from './harness.ts'

defineConformance(harness)
