import { defineConformance } from '@mfm/conformance/vitest'
import harness from './cluster.harness.ts'

defineConformance(harness)
