import { MfmError } from '@mfm/errors'

export interface ModeInput {
  /** The update state of the test runner, as its own snapshots have it. */
  readonly update: 'all' | 'new' | 'none'
  readonly env: Readonly<Record<string, string | undefined>>
  readonly name: string
  readonly exists: boolean
}

/**
 * Whether a golden run is recorded or verified. Recording is asked for, never a consequence of a missing file.
 *
 * @throws MfmError `golden_missing`, `golden_refused` in CI, `invalid_option` for `MFM_GOLDEN`
 */
export function goldenMode({ update, env, name, exists }: ModeInput): 'record' | 'verify' {
  const asked = askedFor(env['MFM_GOLDEN'], update)
  if (asked === 'update' || (asked === 'record' && !exists)) {
    if (update !== 'none' && !isCi(env)) return 'record'
    throw new MfmError('golden_refused', {
      message: `golden ${JSON.stringify(name)} is not recorded in CI`,
      details: { golden: name },
    })
  }
  if (exists) return 'verify'
  throw new MfmError('golden_missing', {
    message: `there is no golden run ${JSON.stringify(name)}: record it with vitest -u, or with MFM_GOLDEN=record`,
    details: { golden: name },
  })
}

function askedFor(
  given: string | undefined,
  update: ModeInput['update'],
): 'update' | 'record' | 'verify' {
  if (given === undefined || given === '') return update === 'all' ? 'update' : 'verify'
  if (given === 'update' || given === 'record' || given === 'verify') return given
  throw new MfmError('invalid_option', {
    message: `MFM_GOLDEN is ${JSON.stringify(given)}: expected update, record or verify`,
    details: { option: 'MFM_GOLDEN' },
  })
}

function isCi({ CI }: ModeInput['env']): boolean {
  return CI !== undefined && !['', '0', 'false'].includes(CI)
}
