import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ownClient } from './connect.ts'
import { checkFeedOptions, checkOptions } from './options.ts'

function refusalOf(options: object): unknown {
  try {
    checkOptions(options)
  } catch (error) {
    return error
  }
  return undefined
}

function problemsOf(error: unknown): unknown {
  return Object(error).details?.problems.map(({ pointer }: { pointer: string }) => pointer) ?? 'ok'
}

describe('the options', () => {
  it.each([
    [{ url: 'http://user:hidden-word@host' }, ['/url']],
    [{ url: 'redis://user:hidden-word%ff@host' }, ['/url']],
    [{ cluster: ['redis://a', 'redis://user:hidden-word@b/1'] }, ['/cluster/1']],
    [{ url: 'redis://host', callMillis: -1, maxCalls: 0.5 }, ['/callMillis', '/maxCalls']],
    [{ url: 'redis://host', client: {} }, ['/client']],
    [{ url: 'redis://host', cluster: ['redis://host'] }, ['']],
    [{}, ['']],
    [{ url: 'redis://host', prefix: '' }, ['/prefix']],
    [{ url: 'redis://user:hidden-word@host/3', prefix: 'a:b-c*' }, 'ok'],
    [{ url: 'rediss://[::1]:7000' }, 'ok'],
  ])('%j: %j', (options, expected) => {
    const error = refusalOf(options)
    expect(problemsOf(error)).toEqual(expected)
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('hidden-word')
  })

  it('have defaults', () => {
    expect(checkFeedOptions({ url: 'redis://host' })).toEqual({
      url: 'redis://host',
      prefix: 'mfm',
      callMillis: 5000,
      maxCalls: 10_000,
      trustServer: false,
      maxEvents: 1000,
      keepMillis: 86_400_000,
      quietMillis: 2000,
    })
  })
})

describe('a client of our own', () => {
  it('goes where the URL says, and sends nothing again by itself', () => {
    const options = checkOptions({ url: 'rediss://a%40b:c%2Fd@[::1]:7000/3' })
    const client = ownClient(options, 100)
    expect(client.status).toBe('wait')
    expect(client.options).toMatchObject({
      host: '::1',
      port: 7000,
      db: 3,
      username: 'a@b',
      password: 'c/d',
      tls: {},
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
    })
  })
})
