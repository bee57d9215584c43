import { inspect } from 'node:util'
import { isMfmError } from '@mfm/errors'
import { describe, expect, it } from 'vitest'
import type { S3ArtifactStoreOptions } from './options.ts'
import { checkOptions } from './options.ts'

function refusal(options: unknown): unknown {
  try {
    checkOptions(options as S3ArtifactStoreOptions) // on purpose
    return undefined
  } catch (error) {
    return error
  }
}

function pointers(options: unknown): readonly string[] {
  const error = refusal(options)
  const problems = isMfmError(error) ? error.details?.['problems'] : undefined
  return Array.isArray(problems) ? problems.map((problem) => Object(problem).pointer) : []
}

const client = { send: () => undefined, config: {} }

describe('checkOptions', () => {
  it('fills in the defaults', () => {
    expect(checkOptions({ bucket: 'runs' })).toEqual({
      bucket: 'runs',
      prefix: '',
      createOnly: 'probe',
      checksums: 'auto',
      callMillis: 30_000,
      attemptMillis: 10_000,
      limits: {
        payloadBytes: 64 * 2 ** 20,
        concurrency: 32,
        multipartBytes: 16 * 2 ** 20,
        partBytes: 8 * 2 ** 20,
        cacheBytes: 0,
      },
    })
  })

  it.each([
    ['', ''],
    ['team', 'team/'],
    ['team/', 'team/'],
    ['a/b.c/d', 'a/b.c/d/'],
  ])('takes the prefix %j as %j', (prefix, expected) => {
    expect(checkOptions({ bucket: 'runs', prefix }).prefix).toBe(expected)
  })

  it.each([
    [{}, ['/bucket']],
    [null, ['']],
    [{ bucket: 'a b' }, ['/bucket']],
    [{ bucket: 'runs', prefix: '/a' }, ['/prefix']],
    [{ bucket: 'runs', prefix: 'a//b' }, ['/prefix']],
    [{ bucket: 'runs', prefix: 'a/../b' }, ['/prefix']],
    [{ bucket: 'runs', prefix: 'a\nb' }, ['/prefix']],
    [{ bucket: 'runs', endpoint: 'ftp://x' }, ['/endpoint']],
    [{ bucket: 'runs', endpoint: 'http://user:hunter2@x' }, ['/endpoint']],
    [{ bucket: 'runs', endpoint: 'http://x/?a' }, ['/endpoint']],
    [{ bucket: 'runs', callMillis: 0, attemptMillis: 'x' }, ['/callMillis', '/attemptMillis']],
    [{ bucket: 'runs', limits: { concurrency: 0, depth: 1 } }, ['/limits/concurrency', '/limits']],
    [{ bucket: 'runs', limits: { partBytes: 5 } }, ['/limits/partBytes', '/limits/partBytes']],
    [{ bucket: 'runs', limits: { payloadBytes: 2 ** 32 + 1 } }, ['/limits/payloadBytes']],
    [{ bucket: 'runs', pathstyle: true }, ['']],
    [{ bucket: 'runs', credentials: 'hunter2' }, ['/credentials']],
    [{ bucket: 'runs', credentials: { accessKeyId: 'a' } }, ['/credentials/secretAccessKey']],
    [{ bucket: 'runs', client: {} }, ['/client']],
    [{ bucket: 'runs', client, region: 'x', endpoint: 'http://x' }, ['/endpoint', '/region']],
  ])('refuses %j', (options, expected) => {
    expect(refusal(options)).toMatchObject({ code: 'invalid_option' })
    expect(pointers(options)).toEqual(expected)
    expect(inspect(refusal(options), { depth: 10, showHidden: true })).not.toContain('hunter2')
  })

  it('takes credentials of the SDK as they are, and as a function', () => {
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b', $source: {} }
    expect(refusal({ bucket: 'runs', credentials })).toBeUndefined()
    expect(refusal({ bucket: 'runs', credentials: async () => credentials })).toBeUndefined()
  })
})
