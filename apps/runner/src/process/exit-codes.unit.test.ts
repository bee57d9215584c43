import type { ErrorCode } from '@mfm/errors'
import { ERROR_CATALOGUE } from '@mfm/errors'
import { describe, expect, it } from 'vitest'
import { EXIT_CODE_BY_STOP } from './command-stop.ts'
import {
  EXIT_CODE_BY_DIFFERENCE,
  EXIT_CODE_BY_KIND,
  EXIT_CODE_BY_PHASE,
  exitCodeOf,
} from './exit-codes.ts'

/** One code of every class that a script may branch on. */
const CODES: readonly (readonly [ErrorCode, number])[] = [
  ['invalid_option', 2],
  ['invalid_input', 2],
  ['invalid_id', 2],
  ['json_syntax', 2],
  ['invalid_plan', 2],
  ['workflow_invalid', 2],
  ['run_ambiguous', 2],
  ['secrets_detected', 2],
  ['unsupported_execution_mode', 2],
  ['missing_fact', 3],
  ['fact_exhausted', 3],
  ['fact_diverged', 3],
  ['missing_fact_key', 3],
  ['run_not_found', 4],
  ['workflow_not_found', 4],
  ['artifact_not_found', 4],
  ['store_unavailable', 5],
  ['store_busy', 5],
  ['store_timeout', 5],
  ['store_outcome_unknown', 5],
  ['store_unsuitable', 2],
  ['run_already_exists', 6],
  ['event_store_concurrency', 6],
  ['plan_changed', 6],
  ['plan_op_mismatch', 6],
  ['run_not_finished', 6],
  ['command_timeout', 7],
  ['event_store_corruption', 1],
  ['store_failed', 1],
  ['internal_error', 1],
]

describe('the exit code of an error', () => {
  it.each(CODES)('%s is %i', (code, exitCode) => {
    expect(exitCodeOf({ code, kind: ERROR_CATALOGUE[code].kind })).toBe(exitCode)
  })

  it('is never 0 and always one of the documented ones', () => {
    for (const { kind } of Object.values(ERROR_CATALOGUE)) {
      expect([1, 2, 3, 4, 5, 6, 7]).toContain(EXIT_CODE_BY_KIND[kind])
    }
  })
})

describe('the exit code of an outcome', () => {
  it('tells a run that completed from every other', () => {
    expect(EXIT_CODE_BY_PHASE).toEqual({ completed: 0, failed: 1, cancelled: 1, running: 1 })
  })

  it('tells a call that the facts do not answer from an event that came out otherwise', () => {
    expect(EXIT_CODE_BY_DIFFERENCE).toEqual({
      missing: 3,
      exhausted: 3,
      diverged: 3,
      refused: 3,
      plan_changed: 3,
      unused: 3,
      order_changed: 3,
      ambient: 3,
      input_changed: 1,
      output_changed: 1,
      context_changed: 1,
      outcome_changed: 1,
      event_changed: 1,
    })
  })

  it('counts signals as shells do', () => {
    expect(EXIT_CODE_BY_STOP).toEqual({ SIGINT: 130, SIGTERM: 143, timeout: 7, stalled: 1 })
  })
})
