import type { ConformanceCase } from '../../case.ts'
import { ABORT_CASES } from './abort-cases.ts'
import { ARGUMENT_CASES } from './argument-cases.ts'
import { CLOSING_CASES } from './closing-cases.ts'
import { DESCRIPTION_CASES } from './description-cases.ts'
import { ERROR_CASES } from './error-cases.ts'
import { ISOLATION_CASES } from './isolation-cases.ts'
import { PROCESS_CASES } from './process-cases.ts'
import { QUIET_CASES } from './quiet-cases.ts'
import { SERVER_CASES } from './server-cases.ts'

/** XX-01 to XX-25, as far as one adapter by itself can show them. */
export const ANY_CASES: readonly ConformanceCase[] = [
  ...ARGUMENT_CASES,
  ...ERROR_CASES,
  ...ABORT_CASES,
  ...CLOSING_CASES,
  ...DESCRIPTION_CASES,
  ...ISOLATION_CASES,
  ...PROCESS_CASES,
  ...QUIET_CASES,
  ...SERVER_CASES,
]
