import { defineConformance } from '../src/bindings/vitest.ts'
import { memoryHarness } from './memory.harness.ts'

defineConformance(memoryHarness)
