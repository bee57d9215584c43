import type { EventEnvelope, RunId } from '@mfm/core-types'
import type { PrivateService } from '@mfm/services'
import { privateService } from '@mfm/services'
import { openMemoryStores } from '@mfm/store-memory'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FeedItem, RedisFeedOptions } from '../src/index.ts'
import { followRun, openRedisRunFeed } from '../src/index.ts'
import { feedKey } from '../src/run-keys.ts'
import { adminOf, newRun, until, upTo } from './servers.ts'

let redis: PrivateService<'redis'>

beforeAll(async () => {
  redis = await privateService('redis')
})

afterAll(async () => {
  await redis.stop()
})

function envelopes(runId: RunId, from: number, to: number, text = ''): EventEnvelope[] {
  return upTo(to - from + 1).map((index) => {
    const nowhere = { payloadRef: null, stateId: null, attempt: null }
    const payload = `${from + index}${text}`
    const event = { type: 'domain', v: 1, name: 'noted', payload, ...nowhere } as const
    return { runId, seq: from + index, tsMillis: null, prev: null, event }
  })
}

function openFeed(options: RedisFeedOptions = {}) {
  return openRedisRunFeed({ url: redis.url, quietMillis: 50, ...options })
}

/** `5` for an event, `2-4` for what is missing. */
function spell(item: FeedItem): string {
  if (item.kind === 'event') return `${item.envelope.seq}`
  return item.kind === 'missing' ? `${item.from}-${item.to}` : 'quiet'
}

/** What comes until so many items, quiet ones aside. */
async function take(items: AsyncIterable<FeedItem>, count: number): Promise<string[]> {
  const taken: string[] = []
  for await (const item of items) {
    if (item.kind !== 'quiet') taken.push(spell(item))
    if (taken.length === count) break
  }
  return taken
}

const seqs = (from: number, to: number) => upTo(to - from + 1).map((index) => `${from + index}`)

describe('a feed', { timeout: 60_000 }, () => {
  it('gives what is published, whole and in order, to readers before and after', async () => {
    await using feed = await openFeed()
    const run = newRun()
    const early = take(feed.read(run), 300)
    const [one, two, three] = [
      envelopes(run, 1, 1),
      envelopes(run, 2, 250),
      envelopes(run, 251, 300),
    ]
    await Promise.all([one, two, three].map((some) => feed.publish(some)))
    expect(await early).toEqual(seqs(1, 300))
    expect(await take(feed.read(run, 299), 2)).toEqual(['299', '300'])
    const item = await feed.read(run, 2).next()
    expect(item.value).toEqual({ kind: 'event', envelope: envelopes(run, 2, 2)[0] })
  })

  it('takes the same events again as done', async () => {
    await using feed = await openFeed()
    const run = newRun()
    await feed.publish(envelopes(run, 1, 3))
    await feed.publish(envelopes(run, 1, 5))
    await using admin = adminOf(redis.url)
    expect(await admin.xlen(feedKey('mfm', run))).toBe(5)
    expect(await take(feed.read(run), 5)).toEqual(seqs(1, 5))
  })

  it('tells what is missing: before it began, between, too long', async () => {
    await using feed = await openFeed()
    const run = newRun()
    await feed.publish(envelopes(run, 4, 5))
    await feed.publish(envelopes(run, 9, 9))
    await feed.publish(envelopes(run, 6, 6))
    await feed.publish(envelopes(run, 10, 10, 'x'.repeat(70_000)))
    await feed.publish(envelopes(run, 11, 11))
    const all = ['1-3', '4', '5', '6-8', '9', '10-10', '11']
    expect(await take(feed.read(run), all.length)).toEqual(all)
    await using admin = adminOf(redis.url)
    await admin.xadd(feedKey('mfm', run), '12-0', 'e', 'not an event')
    expect(await take(feed.read(run, 11), 2)).toEqual(['11', '12-12'])
  })

  it('keeps the latest events, for a while', async () => {
    await using feed = await openFeed({ maxEvents: 10, keepMillis: 60_000 })
    const run = newRun()
    for (const part of upTo(10)) {
      await feed.publish(envelopes(run, part * 100 + 1, part * 100 + 100))
    }
    await using admin = adminOf(redis.url)
    const key = feedKey('mfm', run)
    expect(await admin.xlen(key)).toBeLessThan(200)
    expect(await admin.pttl(key)).toBeGreaterThan(50_000)
  })

  it('goes on for a reader whose connection is killed, without a gap or a double', async () => {
    await using feed = await openFeed()
    await using admin = adminOf(redis.url)
    const run = newRun()
    const taken = take(feed.read(run), 50)
    for (const seq of upTo(51).slice(1)) {
      await feed.publish(envelopes(run, seq, seq))
      if (seq % 10 === 0) await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    }
    expect(await taken).toEqual(seqs(1, 50))
  })

  it('is left by abort, by break and by close, and keeps no connection', async () => {
    const feed = await openFeed()
    await using admin = adminOf(redis.url)
    const connections = async () => String(await admin.client('LIST')).split('name=mfm').length - 1
    const before = await connections()
    const controller = new AbortController()
    const reason = new Error('not any more')
    const aborted = take(feed.read(newRun(), 1, { signal: controller.signal }), 1)
    const closed = take(feed.read(newRun()), 1)
    await until(async () => (await connections()) === before + 2)
    controller.abort(reason)
    await expect(aborted).rejects.toBe(reason)
    for await (const { kind } of feed.read(newRun())) if (kind === 'quiet') break
    await until(async () => (await connections()) === before + 1)
    await Promise.all([
      feed.close(),
      expect(closed).rejects.toMatchObject({ code: 'store_closed' }),
    ])
    await until(async () => (await connections()) === before - 1)
    await expect(feed.publish(envelopes(newRun(), 1, 1))).rejects.toMatchObject({
      code: 'store_closed',
    })
  })

  it('refuses what is not a run of events, and a key of another type', async () => {
    await using feed = await openFeed()
    const run = newRun()
    const broken = [...envelopes(run, 1, 1), ...envelopes(run, 3, 3)]
    await expect(feed.publish(broken)).rejects.toMatchObject({ code: 'event_append_invalid' })
    await using admin = adminOf(redis.url)
    await admin.set(feedKey('mfm', run), 'x')
    const corruption = { code: 'store_corruption' }
    await expect(feed.publish(envelopes(run, 1, 1))).rejects.toMatchObject(corruption)
    await expect(take(feed.read(run), 1)).rejects.toMatchObject(corruption)
  })
})

describe('followRun', { timeout: 60_000 }, () => {
  it('misses nothing, whatever becomes of the feed', async () => {
    await using own = await privateService('redis')
    await using feed = await openFeed({ url: own.url, maxEvents: 20, callMillis: 500 })
    await using admin = adminOf(own.url)
    const { events } = openMemoryStores()
    const run = newRun()
    const append = async (from: number, to: number, isPublished = true) => {
      const some = envelopes(run, from, to)
      await events.append(run, from - 1, some)
      if (isPublished) await feed.publish(some).catch(() => undefined)
    }
    await append(1, 30, false)
    const seen: number[] = []
    const following = (async () => {
      for await (const { seq } of followRun(events, feed, run)) if (seen.push(seq) === 100) break
    })()
    const arrived = (seq: number) => until(() => seen.at(-1) === seq)
    await arrived(30)
    await append(31, 40)
    await arrived(40)
    await append(41, 50, false) // the publisher died
    await append(51, 60)
    await arrived(60)
    await append(61, 65)
    await admin.flushall()
    await append(66, 70)
    await arrived(70)
    await append(71, 80, false) // and nothing comes after it
    await arrived(80)
    const restarting = own.restart()
    await append(81, 90)
    await restarting
    await append(91, 100)
    await following
    expect(seen).toEqual(upTo(100).map((index) => index + 1))
  })

  it('works on a cluster', async () => {
    await using cluster = await privateService('redis-cluster')
    await using feed = await openRedisRunFeed({ cluster: [cluster.url], quietMillis: 100 })
    const { events } = openMemoryStores()
    await Promise.all(
      upTo(6).map(async () => {
        const run = newRun()
        const reading = followRun(events, feed, run, { from: 2 })
        const some = envelopes(run, 1, 3)
        const first = reading.next()
        await events.append(run, 0, some)
        await feed.publish(some)
        expect([(await first).value, (await reading.next()).value]).toEqual(some.slice(1))
        await reading.return()
      }),
    )
  })
})
