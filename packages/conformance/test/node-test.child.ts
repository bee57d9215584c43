import { defineConformance } from '../src/bindings/node-test.ts'
import brokenHarness from './broken.harness.ts'
import memoryHarness from './memory.harness.ts'

const cases = ['FI-01', 'FI-02', 'FI-24']
await defineConformance(memoryHarness, { cases, claims: { facts: 0 } })
await defineConformance(brokenHarness, { cases, claims: { facts: 3 } })
