import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { connectTrouble, queryTrouble } from './postgres-error.ts'

/** As `pg` reports what the server says. */
function said(code: string, severity = 'ERROR', more: object = {}): Error {
  const detail = 'Key (key)=(planted-secret) already exists.'
  return Object.assign(new Error('role "planted-user" said planted-secret'), {
    code,
    severity,
    detail,
    where: 'planted-secret',
    ...more,
  })
}

describe('queryTrouble', () => {
  it.each([
    ['57014', 'ERROR', 'store_timeout', false, false],
    ['40001', 'ERROR', 'store_busy', true, false],
    ['40P01', 'ERROR', 'store_busy', true, false],
    ['57P01', 'FATAL', 'store_unavailable', true, true],
    ['57P02', 'FATAL', 'store_unavailable', true, true],
    ['25006', 'ERROR', 'store_unavailable', false, false],
    ['53100', 'ERROR', 'store_unavailable', false, false],
    ['42501', 'ERROR', 'store_unavailable', false, false],
    ['XX001', 'ERROR', 'store_corruption', false, false],
    ['42P01', 'ERROR', 'store_failed', false, false],
    ['23505', 'ERROR', 'store_failed', false, false],
  ])('judges %s %s as %s', (code, severity, ...[store, mayPass, isLost]) => {
    const trouble = queryTrouble(said(code, severity))
    expect(trouble).toMatchObject({ mayPass, isLost, error: { code: store } })
    expect(trouble.error.details).toMatchObject({ sqlState: code })
  })

  it('takes an error that is not of the server for a lost connection', () => {
    for (const error of [
      new Error('Connection terminated unexpectedly'),
      Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
      Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }),
    ]) {
      const trouble = queryTrouble(error)
      expect(trouble).toMatchObject({ mayPass: true, isLost: true })
      expect(trouble.error.code).toBe('store_unavailable')
    }
  })

  it('tries again where a binding was made meanwhile, and not where an event is there', () => {
    const trouble = (constraint: string) => queryTrouble(said('23505', 'ERROR', { constraint }))
    expect(trouble('facts_pkey').mayPass).toBe(true)
    expect(trouble('events_pkey').mayPass).toBe(false)
  })
})

describe('connectTrouble', () => {
  it.each([
    [said('57P03', 'FATAL'), true],
    [said('53300', 'FATAL'), true],
    [said('28P01', 'FATAL'), false],
    [said('3D000', 'FATAL'), false],
    [Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), true],
    [Object.assign(new Error('x'), { code: 'ENOTFOUND' }), false],
    [Object.assign(new Error('x'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' }), false],
    [new Error('Connection terminated unexpectedly'), true],
  ])('judges %s: may pass %s', (error, mayPass) => {
    const trouble = connectTrouble(error)
    expect(trouble).toMatchObject({ mayPass, isLost: false })
    expect(trouble.error.code).toBe('store_unavailable')
  })

  it('shows neither data nor who asked', () => {
    for (const code of ['28P01', '28000', '3D000', '22P02']) {
      const { error } = connectTrouble(said(code, 'FATAL'))
      expect(`${inspect(error, { depth: 9 })}${JSON.stringify(error)}`).not.toMatch(/planted/)
    }
    expect(inspect(queryTrouble(said('23505')).error.details)).not.toMatch(/planted/)
  })
})
