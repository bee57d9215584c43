import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { decode, parseId } from './decode.ts'
import { causeChain } from './describe-error.ts'
import { MfmError } from './mfm-error.ts'

const schema = z.strictObject({ 'a/b': z.object({ n: z.int() }) })

describe('decode', () => {
  it('names each problem by its pointer and quotes no value', () => {
    const attempt = (): unknown =>
      decode(schema, { 'a/b': { n: 'hunter2' }, extra: 1 }, 'invalid_option', {
        what: 'the config',
      })
    expect(attempt).toThrow(
      expect.objectContaining({
        code: 'invalid_option',
        details: {
          problems: [
            expect.objectContaining({ pointer: '/a~1b/n' }),
            expect.objectContaining({ pointer: '' }),
          ],
        },
        message: expect.not.stringContaining('hunter2'),
      }),
    )
  })

  it('gives the decoded value', () => {
    expect(decode(schema, { 'a/b': { n: 1 } }, 'invalid_option', { what: 'x' })).toEqual({
      'a/b': { n: 1 },
    })
  })
})

describe('parseId', () => {
  it('refuses with the kind and the value', () => {
    expect(() => parseId('run_id', 'x'.repeat(500))).toThrow(
      expect.objectContaining({
        code: 'invalid_id',
        details: { id: 'run_id', value: 'x'.repeat(100) },
      }),
    )
  })
})

describe('causeChain', () => {
  it('lists the causes once each, with the codes of the system', () => {
    const system = Object.assign(new Error('no such file'), { code: 'ENOENT' })
    const error = new MfmError('store_unavailable', { message: 'cannot open', cause: system })
    system.cause = error
    expect(causeChain(error)).toEqual([
      'store_unavailable: cannot open',
      'Error (ENOENT): no such file',
    ])
  })
})
