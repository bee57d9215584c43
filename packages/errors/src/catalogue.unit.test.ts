import { isSegment } from '@mfm/core-types'
import { describe, expect, it } from 'vitest'
import type { ErrorCode } from './catalogue.ts'
import { ERROR_CATALOGUE, isErrorCode } from './catalogue.ts'

/** Code, scope, category, retryable, as the behaviour specification has them (4.4 to 4.8, 7.1). */
const SPECIFIED: readonly (readonly [ErrorCode, string, string, boolean])[] = [
  ['missing_fact_key', 'io', 'parsing_input', false],
  ['missing_fact', 'io', 'rpc', false],
  ['fact_payload_get_failed', 'io', 'storage', false],
  ['fact_payload_decode_failed', 'io', 'parsing_input', false],
  ['fact_payload_invalid', 'io', 'parsing_input', false],
  ['fact_payload_not_canonical', 'io', 'parsing_input', false],
  ['fact_payload_put_failed', 'io', 'storage', false],
  ['fact_payload_conflict', 'io', 'storage', false],
  ['fact_binding_append_failed', 'io', 'storage', false],
  ['fact_recorded_malformed', 'storage', 'storage', false],
  ['fact_recorded_conflict', 'storage', 'storage', false],
  ['time_unavailable', 'io', 'unknown', false],
  ['random_unavailable', 'io', 'unknown', false],
  ['secrets_detected', 'io', 'unknown', false],
  ['io_unimplemented', 'io', 'unknown', false],
  ['io_unknown_namespace', 'io', 'unknown', false],
  ['event_store_concurrency', 'storage', 'storage', false],
  ['artifact_not_found', 'storage', 'storage', false],
  ['artifact_corruption', 'storage', 'storage', false],
  ['artifact_not_canonical', 'storage', 'storage', false],
  ['artifact_float_not_allowed', 'storage', 'storage', false],
  ['run_not_found', 'run', 'storage', false],
  ['run_already_exists', 'run', 'storage', false],
  ['orphan_attempt_recovered', 'run', 'unknown', true],
]

describe('the catalogue', () => {
  it.each(SPECIFIED)('has %s as specified', (code, scope, category, retryable) => {
    expect(ERROR_CATALOGUE[code]).toMatchObject({ scope, category, retryable })
  })

  it('gives every code a meaning and a way out, in a sentence each', () => {
    for (const [code, { meaning, help }] of Object.entries(ERROR_CATALOGUE)) {
      expect(isSegment(code), code).toBe(true)
      expect(meaning, code).toMatch(/^[A-Z].*[.]$/)
      expect(help, code).toMatch(/^[A-Z'].*[.]$/)
    }
  })

  it('does not take inherited names for codes', () => {
    expect(isErrorCode('constructor')).toBe(false)
    expect(isErrorCode('run_not_found')).toBe(true)
  })
})
