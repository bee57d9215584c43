import type { ConformanceCase } from '../case.ts'
import { COMMIT_CASES } from './all/commit-cases.ts'
import { CRASH_CASES } from './all/crash-cases.ts'
import { ANY_CASES } from './any/any-cases.ts'
import { ARTIFACT_CASES } from './artifacts/artifact-cases.ts'
import { EVENT_CASES } from './events/event-cases.ts'
import { FACT_CASES } from './facts/fact-cases.ts'
import { MODEL_CASES } from './models/model-cases.ts'

/** Every case of the suite, in the order of its ids. */
export const ALL_CASES: readonly ConformanceCase[] = [
  ...EVENT_CASES,
  ...ARTIFACT_CASES,
  ...FACT_CASES,
  ...MODEL_CASES,
  ...COMMIT_CASES,
  ...CRASH_CASES,
  ...ANY_CASES,
]
