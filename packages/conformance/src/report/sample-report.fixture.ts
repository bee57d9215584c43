import type { ConformanceCase, Level, Subject } from '../case.ts'
import type { Harness } from '../harness.ts'
import type { CaseResult, Outcome } from '../run/case-result.ts'
import type { SuiteReport } from './verdict.ts'
import { conclude } from './verdict.ts'

export function sampleCase(id: string, subject: Subject, level: Level): ConformanceCase {
  return {
    id,
    subject,
    level,
    title: `what ${id} says`,
    why: `why ${id} matters`,
    run: async () => undefined,
  }
}

export function sampleResult(one: ConformanceCase, outcome: Outcome): CaseResult {
  return { ...outcome, case: one, notes: [], millis: 1234.4 }
}

export const SAMPLE_HARNESS: Harness = {
  name: 'store-acme',
  version: '1.4.0',
  contract: '1.x',
  ports: ['events', 'artifacts'],
  isShared: true,
  open: async () => {
    throw new Error('never opened')
  },
  destroy: async () => undefined,
}

export function sampleReport(results: readonly CaseResult[], level: Level = 3): SuiteReport {
  return conclude(SAMPLE_HARNESS, results, {
    level,
    ports: SAMPLE_HARNESS.ports,
    seed: 0x51ce,
    effort: 1,
    durability: { events: 'disk', artifacts: 'replicated' },
  })
}

/** An error that is printed the same wherever it was made. */
function errorOf(message: string, cause?: Error): Error {
  const error = new Error(message, { cause })
  error.stack = `Error: ${message}\n    at store.ts:1:1`
  return error
}

const exception = { case: 'AS-04', reason: 'the server keeps no version', issue: '#12' }

/** One result of every kind, with a text that XML and tables must survive. */
export const MIXED_RESULTS: readonly CaseResult[] = [
  sampleResult(sampleCase('ES-01', 'events', 0), { status: 'passed' }),
  sampleResult(sampleCase('ES-10', 'events', 1), {
    status: 'failed',
    error: errorOf('got <1> & "2"', errorOf('the disk')),
  }),
  sampleResult(sampleCase('AS-01', 'artifacts', 0), { status: 'passed' }),
  sampleResult(sampleCase('AS-04', 'artifacts', 1), {
    status: 'excepted',
    exception,
    error: new Error('no version'),
  }),
  sampleResult(sampleCase('AS-12', 'artifacts', 3), {
    status: 'not_exercised',
    missing: ['proxy'],
  }),
  sampleResult(sampleCase('AS-26', 'artifacts', 0), { status: 'not_applicable' }),
  sampleResult(sampleCase('XX-01', 'any', 0), { status: 'passed' }),
]
