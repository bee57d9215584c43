import { defineConformance } from '@mfm/conformance/vitest'
import inMemory from './in-memory.harness.ts'
import shortBatches from './short-batches.harness.ts'

defineConformance(shortBatches)
defineConformance(inMemory)
