import { describe, expect, it } from 'vitest'
import { isErrorCode } from './catalogue.ts'
import { fail } from './fail.ts'
import { errorFromInfo, hasCode, isMfmError, MfmError } from './mfm-error.ts'

describe('MfmError', () => {
  it('takes kind, category, retryable and help from the catalogue', () => {
    const error = new MfmError('missing_fact', { details: { key: 'k' } })
    expect(error).toMatchObject({
      code: 'missing_fact',
      scope: 'io',
      kind: 'missing_fact',
      category: 'rpc',
      retryable: false,
      details: { key: 'k' },
    })
    expect(error.help).not.toBe('')
  })

  it('is recognised when another copy of the package made it', async () => {
    // A specifier that differs loads the module a second time.
    const specifier = './mfm-error.ts?copy'
    const copy: typeof import('./mfm-error.ts') = await import(specifier)
    const error = new copy.MfmError('run_not_found')
    expect(copy.MfmError).not.toBe(MfmError)
    expect(error).toBeInstanceOf(MfmError)
    expect(hasCode(error, 'run_not_found')).toBe(true)
  })

  it('does not take a lookalike for one of its own', () => {
    expect(isMfmError(Object.assign(new Error('x'), { code: 'run_not_found' }))).toBe(false)
    expect(isMfmError(null)).toBe(false)
  })

  it('keeps the cause and leaves it out of the wire form', () => {
    const cause = new Error('socket')
    const error = new MfmError('http_failed', { cause })
    expect(error.cause).toBe(cause)
    expect(Object.keys(error.toInfo())).toEqual([
      'code',
      'category',
      'retryable',
      'message',
      'details',
    ])
    expect(JSON.stringify(error)).not.toContain('socket')
  })

  it('comes back from its wire form with code, message and retryable', () => {
    const info = new MfmError('http_timeout', { message: 'slow' }).toInfo()
    expect(errorFromInfo(info).toInfo()).toEqual(info)
  })

  it('keeps a code that is not in the catalogue', () => {
    const info = {
      code: 'price_too_old',
      category: 'off_chain',
      retryable: true,
      message: 'm',
    } as const
    const error = errorFromInfo({ ...info, details: null })
    expect(isErrorCode(error.code)).toBe(false)
    expect(error).toMatchObject({ ...info, scope: 'state' })
  })
})

describe('fail', () => {
  it('throws a failure of its own code', () => {
    expect(() => fail('price_too_old', { retryable: true })).toThrow(
      expect.objectContaining({ code: 'price_too_old', retryable: true, scope: 'state' }),
    )
  })

  it('refuses a code that could not be recorded', () => {
    expect(() => fail('Price too old')).toThrow(expect.objectContaining({ code: 'invalid_id' }))
  })
})
