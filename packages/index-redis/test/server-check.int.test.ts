import { inspect } from 'node:util'
import { privateService } from '@mfm/services'
import { describe, expect, it } from 'vitest'
import { openRedisFactIndex, openRedisRunFeed } from '../src/index.ts'
import { adminOf, idOf, newRun } from './servers.ts'

describe('openRedisFactIndex', { timeout: 60_000 }, () => {
  it('refuses a server that can evict facts, and says which setting', async () => {
    await using redis = await privateService('redis', { 'maxmemory-policy': 'allkeys-lru' })
    await expect(openRedisFactIndex({ url: redis.url })).rejects.toMatchObject({
      code: 'store_unsuitable',
      details: { setting: 'maxmemory-policy', found: 'allkeys-lru' },
    })
    await expect(openRedisFactIndex({ url: redis.url, trustServer: true })).rejects.toMatchObject({
      code: 'store_unsuitable',
    })
    await using admin = adminOf(redis.url)
    const connections = String(await admin.client('LIST')).split('name=mfm').length - 1
    expect(connections).toBe(0)
    await using feed = await openRedisRunFeed({ url: redis.url })
    expect(feed).toBeDefined()
  })

  it('takes one that evicts only what can expire', async () => {
    await using redis = await privateService('redis', { 'maxmemory-policy': 'volatile-lru' })
    await using facts = await openRedisFactIndex({ url: redis.url })
    expect((await facts.bindIfUnset(newRun(), 'k', idOf('a'))).inserted).toBe(true)
  })

  it('needs to be told to trust a server that does not say', async () => {
    await using redis = await privateService('redis')
    await using admin = adminOf(redis.url)
    await admin.call('ACL', 'SETUSER', 'mfm', 'on', '>word', '~mfm:*', '+@all', '-info')
    const url = redis.url.replace('redis://', 'redis://mfm:word@')
    await expect(openRedisFactIndex({ url })).rejects.toMatchObject({
      code: 'store_unsuitable',
      details: { found: null },
    })
    await using facts = await openRedisFactIndex({ url, trustServer: true })
    expect((await facts.bindIfUnset(newRun(), 'k', idOf('a'))).inserted).toBe(true)
    await using other = await openRedisFactIndex({ url, trustServer: true, prefix: 'theirs' })
    await expect(other.bindIfUnset(newRun(), 'k', idOf('a'))).rejects.toMatchObject({
      code: 'store_unavailable',
      details: { reply: 'NOPERM' },
    })
  })

  it('refuses the node of a cluster as a server of its own', async () => {
    await using cluster = await privateService('redis-cluster')
    await expect(openRedisFactIndex({ url: cluster.url })).rejects.toMatchObject({
      code: 'store_unsuitable',
      details: { setting: 'cluster-enabled' },
    })
  })

  it('gives up at once where the login is refused', async () => {
    await using redis = await privateService('redis')
    const url = redis.url.replace('redis://', 'redis://somebody:word-of-theirs@')
    const started = performance.now()
    const error: unknown = await openRedisFactIndex({ url, callMillis: 60_000 }).catch((e) => e)
    expect(performance.now() - started).toBeLessThan(20_000)
    expect(error).toMatchObject({ code: 'store_unavailable' })
    expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(/word-of-theirs|somebody/)
  })
})
