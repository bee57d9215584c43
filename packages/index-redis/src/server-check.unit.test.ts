import { describe, expect, it } from 'vitest'
import type { RedisClient } from './options.ts'
import { checkServers } from './server-check.ts'

const INFO = { redis_version: '7.0.15', redis_mode: 'standalone', maxmemory_policy: 'noeviction' }

function serverWith(info: Record<string, string>): RedisClient {
  const lines = Object.entries({ ...INFO, ...info }).filter(([, value]) => value !== '')
  const text = ['# Server', ...lines.map(([name, value]) => `${name}:${value}`), ''].join('\r\n')
  // All that the check asks of a client.
  return { isCluster: false, info: async () => text } as unknown as RedisClient
}

async function verdict(
  info: Record<string, string>,
  demands: { keepsFacts?: boolean; trustServer?: boolean } = {},
): Promise<unknown> {
  const all = { keepsFacts: true, trustServer: false, ...demands }
  return await checkServers(serverWith(info), all).then(
    () => 'ok',
    (error) => error.details.setting,
  )
}

describe('checkServers', () => {
  it.each([
    ['7.0.0', 'ok'],
    ['8.4.1', 'ok'],
    ['10.0.0', 'ok'],
    ['6.2.14', 'redis_version'],
    ['none', 'redis_version'],
  ])('judges the version %s: %s', async (version, expected) => {
    expect(await verdict({ redis_version: version })).toBe(expected)
  })

  it.each([
    ['noeviction', 'ok'],
    ['volatile-ttl', 'ok'],
    ['allkeys-lfu', 'maxmemory-policy'],
    ['allkeys-random', 'maxmemory-policy'],
    ['something-new', 'maxmemory-policy'],
  ])('judges the policy %s: %s', async (policy, expected) => {
    expect(await verdict({ maxmemory_policy: policy })).toBe(expected)
    expect(await verdict({ maxmemory_policy: policy }, { trustServer: true })).toBe(expected)
    expect(await verdict({ maxmemory_policy: policy }, { keepsFacts: false })).toBe('ok')
  })

  it('trusts what is not told only where it is allowed to', async () => {
    expect(await verdict({ maxmemory_policy: '' })).toBe('maxmemory-policy')
    expect(await verdict({ redis_version: '' })).toBe('redis_version')
    const nothing = { maxmemory_policy: '', redis_version: '' }
    expect(await verdict(nothing, { trustServer: true })).toBe('ok')
  })
})
