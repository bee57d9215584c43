import { randomUUID } from 'node:crypto'
import type { RunId } from '@mfm/core-types'
import type { PrivateService } from '@mfm/services'
import { privateService } from '@mfm/services'
import type { Redis } from 'ioredis'
import { Cluster } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRedisFactIndex } from '../src/index.ts'
import { factsKey } from '../src/run-keys.ts'
import { adminOf, collect, idOf, newRun, upTo } from './servers.ts'

let cluster: PrivateService<'redis-cluster'>
let nodes: Node[]

interface Node {
  readonly admin: Redis
  readonly id: string
  readonly port: number
}

beforeAll(async () => {
  cluster = await privateService('redis-cluster')
  nodes = await Promise.all(
    cluster.nodes.map(async ({ host, port }) => {
      const admin = adminOf(`redis://${host}:${port}`)
      return { admin, port, id: String(await admin.cluster('MYID')) }
    }),
  )
})

afterAll(async () => {
  for (const { admin } of nodes) admin.disconnect()
  await cluster.stop()
})

function node(index: number): Node {
  const found = nodes[index % nodes.length]
  if (found === undefined) throw new Error('there are no nodes')
  return found
}

async function slotOf(run: RunId): Promise<number> {
  return Number(await node(0).admin.cluster('KEYSLOT', factsKey('mfm', run)))
}

async function ownerOf(run: RunId): Promise<number> {
  const slot = await slotOf(run)
  const ranges = await node(0).admin.cluster('SLOTS')
  const range = ranges.find(([from, to]) => from <= slot && slot <= to)
  return nodes.findIndex(({ port }) => port === range?.[2]?.[1])
}

/** Moves the slot of a run as a resharding does, with something done while it is on its way. */
async function moveSlot(run: RunId, onTheWay: () => Promise<void>): Promise<void> {
  const slot = await slotOf(run)
  const owner = await ownerOf(run)
  const [source, target] = [node(owner), node(owner + 1)]
  await target.admin.cluster('SETSLOT', slot, 'IMPORTING', source.id)
  await source.admin.cluster('SETSLOT', slot, 'MIGRATING', target.id)
  await onTheWay()
  await source.admin.call('MIGRATE', '127.0.0.1', target.port, factsKey('mfm', run), 0, 5000)
  await onTheWay()
  for (const { admin } of [target, source]) await admin.cluster('SETSLOT', slot, 'NODE', target.id)
}

describe('a fact index on a cluster', { timeout: 60_000 }, () => {
  it('spreads runs over the nodes and keeps each run in one slot', async () => {
    await using facts = await openRedisFactIndex({ cluster: [cluster.url] })
    const owners = await Promise.all(
      upTo(24).map(async () => {
        const run = newRun()
        const keys = ['a', '{b}', 'c}{']
        await Promise.all(keys.map((key) => facts.bindIfUnset(run, key, idOf(key))))
        expect(await collect(facts.entries(run))).toHaveLength(keys.length)
        return await ownerOf(run)
      }),
    )
    expect(new Set(owners)).toEqual(new Set([0, 1, 2]))
  })

  it('follows a slot that moves, and loses and doubles nothing', async () => {
    await using facts = await openRedisFactIndex({ cluster: [cluster.url] })
    const run = newRun()
    let bound = 0
    const bindSome = async (): Promise<void> => {
      const keys = upTo(30).map((index) => `key ${bound + index}`)
      bound += keys.length
      const all = await Promise.all(keys.map((key) => facts.bindIfUnset(run, key, idOf(key))))
      expect(all.every(({ inserted }) => inserted)).toBe(true)
      const again = await facts.bindIfUnset(run, 'key 0', idOf('another'))
      expect(again).toEqual({ artifactId: idOf('key 0'), inserted: false })
    }
    await bindSome()
    for (const _ of upTo(3)) {
      await moveSlot(run, bindSome)
      await bindSome()
    }
    expect(await facts.unbindIfMatches(run, 'key 0', idOf('key 0'))).toBe(true)
    const found = (await collect(facts.entries(run))).map(([key]) => key)
    expect(found).toHaveLength(bound - 1)
    expect(new Set(found).size).toBe(bound - 1)
  })

  it('tells the entries of a run whose slot moves meanwhile, each once', async () => {
    await using facts = await openRedisFactIndex({ cluster: [cluster.url] })
    const run = newRun()
    const keys = upTo(5000).map((index) => `key ${index}`)
    await Promise.all(keys.map((key) => facts.bindIfUnset(run, key, idOf('x'))))
    const found: string[] = []
    for await (const [key] of facts.entries(run)) {
      found.push(key)
      if (found.length === 1500) await moveSlot(run, async () => undefined)
    }
    expect(found).toHaveLength(keys.length)
    expect(new Set(found)).toEqual(new Set(keys))
  })

  it('goes on with the other nodes while one is silent', async () => {
    await using facts = await openRedisFactIndex({ cluster: [cluster.url], callMillis: 300 })
    const runs = new Map<number, RunId>()
    while (runs.size < 3) {
      const run = randomUUID() as RunId // it is one
      runs.set(await ownerOf(run), run)
    }
    const bindIn = (index: number, key: string) =>
      facts.bindIfUnset(runs.get(index) ?? newRun(), key, idOf(key))
    for (const index of upTo(3)) await bindIn(index, 'before')
    const pid = Number(/process_id:(\d+)/.exec(await node(1).admin.info('server'))?.[1])
    process.kill(pid, 'SIGSTOP')
    try {
      const silent = expect(bindIn(1, 'silent')).rejects.toMatchObject({ code: 'store_timeout' })
      expect((await bindIn(0, 'meanwhile')).inserted).toBe(true)
      expect((await bindIn(2, 'meanwhile')).inserted).toBe(true)
      await silent
    } finally {
      process.kill(pid, 'SIGCONT')
    }
    await expect
      .poll(() => bindIn(1, 'after').catch(() => undefined), { timeout: 10_000 })
      .toBeDefined()
  })

  it('uses a borrowed client and leaves it open', async () => {
    const client = new Cluster([cluster.url])
    const facts = await openRedisFactIndex({ client })
    const run = newRun()
    await facts.bindIfUnset(run, 'k', idOf('k'))
    await facts.close()
    expect(await client.hget(factsKey('mfm', run), 'k')).toBe(idOf('k'))
    client.disconnect()
  })
})
