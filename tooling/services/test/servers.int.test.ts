import { once } from 'node:events'
import { connect } from 'node:net'
import { privateService, service } from '@mfm/services'
import { describe, expect, it, vi } from 'vitest'
import { debianPostgresFolders, folderOf } from '../src/binaries.ts'
import { run } from '../src/child.ts'
import { answersPing, askRedis } from '../src/resp.ts'

vi.setConfig({ testTimeout: 60_000 })

/** One query by PostgreSQL's own client. */
const query = async (url: string, sql: string): Promise<string> => {
  const folder = await folderOf(['psql'], await debianPostgresFolders())
  return (await run(`${folder}/psql`, ['-At', '-c', sql, url])).trim()
}

/** Asks PostgreSQL for TLS, which it answers with one byte before anything else is agreed. */
const answersPostgres = async (place: { host: string; port: number }): Promise<boolean> => {
  const socket = connect(place)
  try {
    socket.write(Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]))
    const [reply] = await once(socket, 'data')
    return String(reply) === 'N'
  } finally {
    socket.destroy()
  }
}

async function greetingOfNats(port: number): Promise<unknown> {
  const socket = connect({ host: '127.0.0.1', port })
  try {
    const [greeting] = await once(socket, 'data')
    return JSON.parse(String(greeting).slice('INFO '.length))
  } finally {
    socket.destroy()
  }
}

describe('service', () => {
  it('redis answers, appends to a file, and is one for all', async () => {
    const place = await service('redis')
    expect(await askRedis(place, 'PING')).toBe('PONG')
    expect(await askRedis(place, 'CONFIG', 'GET', 'nothing')).toBe('0')
    expect(await askRedis(place, 'INFO', 'persistence')).toContain('aof_enabled:1')
    expect(await service('redis')).toEqual(place)
  })

  it('redis-cluster has three nodes that share all slots', async () => {
    const { nodes } = await service('redis-cluster')
    expect(nodes).toHaveLength(3)
    for (const node of nodes) {
      const info = await askRedis(node, 'CLUSTER', 'INFO')
      expect(info).toContain('cluster_state:ok')
      expect(info).toContain('cluster_size:3')
    }
  })

  it('postgres answers, with fsync on', async () => {
    const { host, port, url } = await service('postgres')
    expect(await answersPostgres({ host, port })).toBe(true)
    expect(await query(url, 'show fsync')).toBe('on')
  })

  it('nats answers, with streams in files', async () => {
    const { host, port, url } = await service('nats')
    expect(url).toBe(`nats://${host}:${port}`)
    expect(await greetingOfNats(port)).toMatchObject({ jetstream: true })
  })

  it.each(['s3', 's3-plain'] as const)('%s answers', async (name) => {
    const { url, accessKeyId } = await service(name)
    expect(accessKeyId).not.toBe('')
    const response = await fetch(url)
    expect(await response.text()).toContain('ListAllMyBucketsResult')
  })
})

describe('privateService', () => {
  it('is another server than the shared one, and is gone when disposed of', async () => {
    const shared = await service('redis')
    const own = await privateService('redis')
    expect(own.port).not.toBe(shared.port)
    await own[Symbol.asyncDispose]()
    expect(await answersPing({ host: own.host, port: own.port })).toBe(false)
    expect(await answersPing({ host: shared.host, port: shared.port })).toBe(true)
  })

  it('takes settings of the server', async () => {
    await using redis = await privateService('redis', { 'maxmemory-policy': 'allkeys-lru' })
    expect(await askRedis(redis, 'INFO', 'memory')).toContain('maxmemory_policy:allkeys-lru')
    await using postgres = await privateService('postgres', { max_connections: '7' })
    expect(await query(postgres.url, 'show max_connections')).toBe('7')
  })

  it('fails with what the server said when a setting is wrong', async () => {
    await expect(privateService('redis', { 'no-such-setting': '1' })).rejects.toThrow(
      /no-such-setting/,
    )
  })

  it('redis keeps its data over a restart', async () => {
    await using redis = await privateService('redis')
    const before = await askRedis(redis, 'INFO', 'server')
    await askRedis(redis, 'SET', 'fruit', 'plum')
    await redis.restart()
    expect(await askRedis(redis, 'GET', 'fruit')).toBe('plum')
    expect(await askRedis(redis, 'INFO', 'server')).not.toBe(before)
  })

  it('redis-cluster is whole again after a restart', async () => {
    await using cluster = await privateService('redis-cluster')
    await cluster.restart()
    expect(await askRedis(cluster, 'CLUSTER', 'INFO')).toContain('cluster_state:ok')
  })

  it('postgres keeps its data over a restart', async () => {
    await using postgres = await privateService('postgres')
    await query(postgres.url, "create table fruit as select 'plum' as name")
    const started = await query(postgres.url, 'select pg_postmaster_start_time()')
    await postgres.restart()
    expect(await query(postgres.url, 'select name from fruit')).toBe('plum')
    expect(await query(postgres.url, 'select pg_postmaster_start_time()')).not.toBe(started)
  })

  it('s3 is at the same address after a restart', async () => {
    await using s3 = await privateService('s3')
    await s3.restart()
    expect((await fetch(s3.url)).ok).toBe(true)
  })
})
