import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { resolverOf } from './resolver.ts'
import { secret, secretValue } from './secret.ts'

describe('a resolver', () => {
  it('takes what the handle carries before values, and values before the environment', async () => {
    const env = { MFM_SECRET_A: 'from env' }
    const both = resolverOf({ a: 'from values' }, env)
    expect(await both(secretValue('a', 'carried'))).toBe('carried')
    expect(await both(secret('a'))).toBe('from values')
    expect(await resolverOf(undefined, env)(secret('a'))).toBe('from env')
    expect(await resolverOf({ a: '' }, env)(secret('a'))).toBe('from env')
  })

  it('knows a handle of another copy of the package by its name alone', async () => {
    const clone = { ...secretValue('a', 'carried') }
    await expect(resolverOf(undefined)(clone)).rejects.toMatchObject({ code: 'secret_unavailable' })
  })

  it('names the secret and the variable when there is no value', async () => {
    const missing = resolverOf(
      { other: 'x' },
      { MFM_SECRET_GITHUB_TOKEN: '' },
    )(secret('github_token'))
    await expect(missing).rejects.toMatchObject({
      code: 'secret_unavailable',
      details: { name: 'github_token', environment: 'MFM_SECRET_GITHUB_TOKEN' },
    })
  })

  it('shows no other value in the error', async () => {
    const error = await resolverOf(
      { b: 'value-of-b' },
      { MFM_SECRET_C: 'value-of-c' },
    )(secret('a')).catch((reason: unknown) => reason)
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/value-of/)
  })

  it('reads no environment that it was not given', async () => {
    process.env['MFM_SECRET_AMBIENT'] = 'ambient'
    try {
      await expect(resolverOf(undefined)(secret('ambient'))).rejects.toMatchObject({
        code: 'secret_unavailable',
      })
      expect(await resolverOf(undefined, process.env)(secret('ambient'))).toBe('ambient')
    } finally {
      delete process.env['MFM_SECRET_AMBIENT']
    }
  })

  it('looks at own members only', async () => {
    await expect(resolverOf({})(secret('constructor'))).rejects.toMatchObject({
      code: 'secret_unavailable',
    })
  })
})
