import { defineConformance } from '../src/bindings/vitest.ts'
import { passThrough, scopedView } from '../src/index.ts'
import memoryHarness from './memory.harness.ts'

// XX-20: whoever wraps a port builds on what the port promises, and on nothing else.
const effort = 0.3
const claims = { events: 0, artifacts: 0, facts: 0 } as const
defineConformance(passThrough(memoryHarness), { claims, effort })
defineConformance(scopedView(memoryHarness), { claims, effort })
