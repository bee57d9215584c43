import { format, inspect } from 'node:util'
import { serialize } from 'node:v8'
import { isSecretHandle } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { describe, expect, it } from 'vitest'
import { secret, secretValue } from './secret.ts'

const VALUE = 'correct-horse-4711'
const handle = secretValue('api_key', VALUE)
const named = secret('api_key')

describe('a secret handle', () => {
  it('is a handle with a name', () => {
    expect([isSecretHandle(named), isSecretHandle(handle)]).toEqual([true, true])
    expect([named.name, handle.name]).toEqual(['api_key', 'api_key'])
  })

  it('is [secret:name] in every text', () => {
    for (const each of [named, handle]) {
      const texts = [
        String(each),
        `${each}`,
        inspect(each),
        inspect(each, { showHidden: true }),
        format('%s', each),
        format('%o', each),
        [each].join(),
      ]
      expect(new Set(texts)).toEqual(new Set(['[secret:api_key]']))
      expect(JSON.stringify({ each })).toBe('{"each":"[secret:api_key]"}')
    }
  })

  it('shows its value to nothing that prints, copies or enumerates', () => {
    const error = new MfmError('internal_error', { cause: { handle } })
    const copies = [structuredClone(handle), { ...handle }, Object.assign({}, handle)]
    const shown = [
      inspect({ handle }, { customInspect: false, showHidden: true, depth: 9, getters: true }),
      inspect(error, { depth: 9, showHidden: true }),
      JSON.stringify([error, copies]),
      inspect(copies, { showHidden: true }),
      serialize(handle).toString('latin1'),
      Reflect.ownKeys(handle).map(String).join(),
      Object.values(Object.getOwnPropertyDescriptors(handle))
        .map((each) => inspect(each))
        .join(),
    ]
    expect(shown.filter((text) => text.includes(VALUE))).toEqual([])
  })

  it('cannot be changed', () => {
    expect(Object.isFrozen(handle)).toBe(true)
  })

  it.each(['', 'Upper', 'sk-live-1', '9', 'a'.repeat(64)])('refuses the name %j', (name) => {
    expect(() => secret(name)).toThrow(expect.objectContaining({ code: 'invalid_id' }))
    expect(() => secretValue(name, VALUE)).toThrow(expect.objectContaining({ code: 'invalid_id' }))
  })

  it('does not quote a value that was given for a name', () => {
    const shown: string[] = []
    for (const make of [() => secret(VALUE), () => secretValue(VALUE, 'x')]) {
      try {
        make()
      } catch (error) {
        shown.push(inspect(error), JSON.stringify(error))
      }
    }
    expect(shown).toHaveLength(4)
    expect(shown.filter((text) => text.includes(VALUE))).toEqual([])
  })

  it('refuses a value that is no string', () => {
    // A cast because callers without types can do this.
    const value = undefined as unknown as string
    expect(() => secretValue('a', value)).toThrow(
      expect.objectContaining({ code: 'invalid_option' }),
    )
  })
})
