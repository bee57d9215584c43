import { inspect } from 'node:util'
import type { PrivateService } from '@mfm/services'
import { privateService } from '@mfm/services'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRedisFactIndex } from '../src/index.ts'
import { factsKey } from '../src/run-keys.ts'
import { adminOf, collect, idOf, newRun, until, upTo } from './servers.ts'

let redis: PrivateService<'redis'>

beforeAll(async () => {
  redis = await privateService('redis', { 'enable-debug-command': 'yes' })
})

afterAll(async () => {
  await redis.stop()
})

async function processOf(admin: Redis): Promise<number> {
  return Number(/process_id:(\d+)/.exec(await admin.info('server'))?.[1])
}

async function killConnections(admin: Redis): Promise<void> {
  await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
}

describe('a fact index whose server', { timeout: 60_000 }, () => {
  it('kills its connections again and again binds every fact once', async () => {
    await using facts = await openRedisFactIndex({ url: redis.url })
    await using admin = adminOf(redis.url)
    const run = newRun()
    let kills = 0
    for (const round of upTo(20)) {
      const keys = upTo(20).map((index) => `${round} ${index}`)
      const bound = Promise.all(keys.map((key) => facts.bindIfUnset(run, key, idOf(key))))
      const alone = facts.bindIfUnset(run, `${round} alone`, idOf(`${round} alone`))
      await killConnections(admin)
      kills++
      for (const [index, { artifactId }] of (await bound).entries()) {
        expect(artifactId).toBe(idOf(keys[index] ?? ''))
      }
      expect((await alone).artifactId).toBe(idOf(`${round} alone`))
    }
    expect(kills).toBe(20)
    expect(await collect(facts.entries(run))).toHaveLength(20 * 21)
  })

  it('is silent gives a timeout in time, and goes on afterwards', async () => {
    await using facts = await openRedisFactIndex({ url: redis.url, callMillis: 200, maxCalls: 30 })
    await using admin = adminOf(redis.url)
    const pid = await processOf(admin)
    const run = newRun()
    process.kill(pid, 'SIGSTOP')
    try {
      const started = performance.now()
      const calls = [
        facts.get(run, 'k'),
        facts.bindIfUnset(run, 'k', idOf('k')),
        facts.unbindIfMatches(run, 'k', idOf('k')),
        collect(facts.entries(run)),
      ]
      for (const result of await Promise.allSettled(calls)) {
        expect(result).toMatchObject({ status: 'rejected', reason: { code: 'store_timeout' } })
      }
      const again = facts.get(run, 'k')
      await expect(again).rejects.toMatchObject({ code: 'store_timeout' })
      expect(performance.now() - started).toBeLessThan(2000)
      const many = await Promise.allSettled(upTo(40).map((index) => facts.get(run, `${index}`)))
      const codes = many.map((result) => result.status === 'rejected' && result.reason.code)
      expect(codes.filter((code) => code === 'store_unavailable')).toHaveLength(10)
      expect(codes.filter((code) => code === 'store_timeout')).toHaveLength(30)
    } finally {
      process.kill(pid, 'SIGCONT')
    }
    await until(async () => {
      const bound = await facts.bindIfUnset(run, 'later', idOf('later')).catch(() => undefined)
      return bound !== undefined
    })
  })

  it('is a replica for a while is waited for', async () => {
    await using facts = await openRedisFactIndex({ url: redis.url })
    await using admin = adminOf(redis.url)
    const run = newRun()
    await admin.replicaof('127.0.0.1', 1)
    const binding = facts.bindIfUnset(run, 'k', idOf('k'))
    const unbinding = facts.unbindIfMatches(run, 'other', idOf('k'))
    await until(async () => /errorstat_READONLY/.test(await admin.info('errorstats')))
    await admin.replicaof('NO', 'ONE')
    expect(await binding).toEqual({ artifactId: idOf('k'), inserted: true })
    expect(await unbinding).toBe(false)
  })

  it('stays a replica gives a retryable error that says so', async () => {
    await using facts = await openRedisFactIndex({ url: redis.url, callMillis: 300 })
    await using admin = adminOf(redis.url)
    await admin.replicaof('127.0.0.1', 1)
    try {
      await expect(facts.bindIfUnset(newRun(), 'k', idOf('k'))).rejects.toMatchObject({
        code: 'store_unavailable',
        retryable: true,
        cause: { message: expect.stringMatching(/^READONLY/) },
      })
    } finally {
      await admin.replicaof('NO', 'ONE')
    }
  })

  it('is full refuses to bind and still reads', async () => {
    await using facts = await openRedisFactIndex({ url: redis.url })
    await using admin = adminOf(redis.url)
    const run = newRun()
    await facts.bindIfUnset(run, 'k', idOf('k'))
    await admin.config('SET', 'maxmemory', '1')
    try {
      const binds = ['a', 'b'].map((key) => facts.bindIfUnset(run, key, idOf(key)))
      for (const bind of [...binds, facts.bindIfUnset(run, 'c', idOf('c'))]) {
        await expect(bind).rejects.toMatchObject({
          code: 'store_unavailable',
          retryable: true,
          details: { reply: 'OOM' },
        })
      }
      expect(await facts.get(run, 'k')).toBe(idOf('k'))
    } finally {
      await admin.config('SET', 'maxmemory', '0')
    }
    expect(await collect(facts.entries(run))).toEqual([['k', idOf('k')]])
  })

  it('is loading its data is waited for', async () => {
    await using facts = await openRedisFactIndex({ url: redis.url })
    await using admin = adminOf(redis.url)
    const run = newRun()
    const fill = admin.pipeline()
    for (const index of upTo(2000)) fill.set(`filler:${index}`, 'x')
    await fill.exec()
    await admin.config('SET', 'loading-process-events-interval-bytes', '1024')
    await admin.config('SET', 'key-load-delay', '300')
    await using other = adminOf(redis.url)
    const reloading = other.call('DEBUG', 'RELOAD')
    await until(async () => /loading:1/.test(await admin.info('persistence')))
    const binding = await facts.bindIfUnset(run, 'k', idOf('k'))
    await reloading
    await admin.config('SET', 'key-load-delay', '0')
    expect(binding).toEqual({ artifactId: idOf('k'), inserted: true })
    expect(await admin.info('errorstats')).toMatch(/errorstat_LOADING/)
  })

  it('runs somebody else’s long script is waited for', async () => {
    await using facts = await openRedisFactIndex({ url: redis.url })
    await using admin = adminOf(redis.url)
    await using other = adminOf(redis.url)
    await admin.config('SET', 'busy-reply-threshold', '10')
    const endless = other.eval('while true do end', 0).catch((error: Error) => error.message)
    await until(async () => (await admin.ping().catch((e: Error) => e.message)).startsWith('BUSY'))
    const binding = facts.bindIfUnset(newRun(), 'k', idOf('k'))
    await admin.script('KILL')
    expect(await endless).toMatch(/killed/i)
    expect((await binding).inserted).toBe(true)
  })

  it('forgets its scripts, or everything, is the index of an empty run', async () => {
    await using facts = await openRedisFactIndex({ url: redis.url })
    await using admin = adminOf(redis.url)
    const run = newRun()
    const bindTwo = () =>
      Promise.all(['a', 'b'].map((key) => facts.bindIfUnset(run, key, idOf(key))))
    await bindTwo()
    await admin.script('FLUSH')
    expect((await bindTwo()).map(({ inserted }) => inserted)).toEqual([false, false])
    await admin.script('FLUSH')
    expect(await facts.unbindIfMatches(run, 'a', idOf('a'))).toBe(true)
    await admin.flushall()
    expect((await bindTwo()).map(({ inserted }) => inserted)).toEqual([true, true])
  })
})

describe('entries', { timeout: 60_000 }, () => {
  it('are whole and told once where the server restarts between pages', async () => {
    await using facts = await openRedisFactIndex({ url: redis.url })
    const run = newRun()
    const keys = upTo(6000).map((index) => `key ${index}`)
    await Promise.all(keys.map((key) => facts.bindIfUnset(run, key, idOf('x'))))
    const found: string[] = []
    for await (const [key] of facts.entries(run)) {
      found.push(key)
      if (found.length === 1500) await redis.restart()
    }
    expect(found.length).toBe(keys.length)
    expect(new Set(found)).toEqual(new Set(keys))
  })
})

describe('a borrowed client', { timeout: 60_000 }, () => {
  it('is used as it is, and stays as it was', async () => {
    const client = new Redis(redis.url, { keyPrefix: 'theirs:' })
    const listeners = () => client.eventNames().map((name) => [name, client.listenerCount(name)])
    await client.ping()
    const before = listeners()
    const facts = await openRedisFactIndex({ client })
    const run = newRun()
    await Promise.all(['a', 'b'].map((key) => facts.bindIfUnset(run, key, idOf(key))))
    expect(await client.hlen(factsKey('mfm', run))).toBe(2)
    expect(new Map(await collect(facts.entries(run)))).toEqual(
      new Map(['a', 'b'].map((key) => [key, idOf(key)])),
    )
    await facts.close()
    await facts.close()
    expect(await client.ping()).toBe('PONG')
    expect(listeners()).toEqual(before)
    client.disconnect()
  })

  it('that was closed by its owner is told so', async () => {
    const client = new Redis(redis.url)
    await using facts = await openRedisFactIndex({ client, callMillis: 60_000 })
    client.disconnect()
    await expect(facts.get(newRun(), 'k')).rejects.toMatchObject({ code: 'store_unavailable' })
    await expect(facts.get(newRun(), 'k')).rejects.toMatchObject({ code: 'store_unavailable' })
  })

  it('with a password does not tell it', async () => {
    const client = new Redis(redis.url, {
      username: 'somebody',
      password: 'their-own-word',
      retryStrategy: () => null,
    })
    client.on('error', () => undefined)
    const error: unknown = await openRedisFactIndex({ client }).catch((e) => e)
    expect(error).toMatchObject({ code: 'store_unavailable' })
    expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(/their-own-word|somebody/)
    client.disconnect()
  })
})
