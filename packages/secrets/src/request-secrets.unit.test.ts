import type { RequestValue } from '@mfm/core-types'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { secretNamesIn, withoutSecrets } from './request-secrets.ts'
import type { Secret } from './secret.ts'
import { secret, secretValue } from './secret.ts'

const VALUE = 'carried-value-4711'
const handles = fc
  .constantFrom('a', 'b2', 'api_key')
  .chain((name) => fc.constantFrom<Secret>(secret(name), secretValue(name, VALUE)))

// A cast because the arbitrary is built by parts: JSON values with handles for leaves.
const requests = fc.letrec((tie) => ({
  request: fc.oneof(
    { maxDepth: 5 },
    fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), handles),
    fc.array(tie('request'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), tie('request'), { maxKeys: 4 }),
  ),
})).request as fc.Arbitrary<RequestValue>

describe('withoutSecrets', () => {
  it('is what JSON makes of the request, and holds no value', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const stored = withoutSecrets(request)
        expect(JSON.stringify(stored)).toBe(JSON.stringify(request))
        expect(JSON.stringify(stored)).not.toContain(VALUE)
      }),
    )
  })

  it('copies only what holds a handle', () => {
    const plain = { list: [1, { a: 'x' }] }
    const request = {
      plain,
      headers: { authorization: secret('token') },
      list: [plain, secret('b')],
    }
    const stored = withoutSecrets(request)
    expect(withoutSecrets(plain)).toBe(plain)
    expect(stored).toEqual({
      plain,
      headers: { authorization: '[secret:token]' },
      list: [plain, '[secret:b]'],
    })
    expect(stored).toHaveProperty('plain', plain)
    expect((stored as { plain: unknown }).plain).toBe(plain)
    expect(secretNamesIn(request)).toEqual(['b', 'token'])
  })

  it('is the same for a named and for a carrying handle', () => {
    expect(withoutSecrets({ a: secretValue('x', 'one') })).toEqual(
      withoutSecrets({ a: secret('x') }),
    )
  })

  it('keeps a member that is called __proto__ a member', () => {
    const request = JSON.parse('{"__proto__":{"a":1},"b":2}') as { [name: string]: RequestValue }
    const stored = withoutSecrets({ ...request, c: secret('c') })
    expect(JSON.stringify(stored)).toBe('{"__proto__":{"a":1},"b":2,"c":"[secret:c]"}')
    expect(Object.getPrototypeOf(stored)).toBe(Object.prototype)
  })

  it('refuses a cycle', () => {
    const cycle: { [name: string]: RequestValue } = {}
    cycle['self'] = cycle
    for (const ask of [withoutSecrets, secretNamesIn]) {
      expect(() => ask(cycle)).toThrow(expect.objectContaining({ code: 'json_too_deep' }))
    }
  })
})

describe('secretNamesIn', () => {
  it('lists each name once, sorted', () => {
    const request = [secret('b'), { x: [secret('a'), secret('b')], y: 'secret' }]
    expect(secretNamesIn(request)).toEqual(['a', 'b'])
    expect(secretNamesIn('plain')).toEqual([])
  })
})
