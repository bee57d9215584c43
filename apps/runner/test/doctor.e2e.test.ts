import { randomUUID } from 'node:crypto'
import { readdirSync } from 'node:fs'
import type { DoctorDocument } from '@mfm/runner'
import { doctorDocumentSchema } from '@mfm/runner'
import { privateService, service } from '@mfm/services'
import { beforeEach, describe, expect, it } from 'vitest'
import { newBucket } from './bucket.ts'
import type { MfmResult } from './mfm.ts'
import { document, mfm } from './mfm.ts'
import { TemporaryProject } from './temporary-project.ts'

let project: TemporaryProject

beforeEach(async () => {
  project = await TemporaryProject.create()
  return async () => await project[Symbol.asyncDispose]()
})

interface Outcome {
  readonly code: number | null
  readonly found: DoctorDocument
}

async function doctor(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const result = await call(['doctor', ...args, '--output', 'json'], env)
  return { code: result.code, found: document(doctorDocumentSchema, result) }
}

const call = async (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<MfmResult> => await mfm(args, { cwd: project.root, env })

const schema = (url: string): string => `${url}?schema=doctor-${randomUUID()}`

describe('doctor', () => {
  it('tells what will be made where there is nothing yet, and makes nothing', async () => {
    const before = readdirSync(project.root)
    const { code, found } = await doctor(['--artifacts', 'file:documents'])
    expect(code).toBe(0)
    expect(found.verdict).toBe('fine')
    expect(found.ports).toMatchObject([
      { port: 'events', adapter: { name: 'store-sqlite' }, state: 'absent', durability: 'disk' },
      { port: 'artifacts', adapter: { name: 'store-fs' }, state: 'absent', durability: 'disk' },
      { port: 'facts', adapter: { name: 'store-sqlite' }, state: 'absent', durability: 'disk' },
    ])
    expect(found.ports[0]?.product).toMatch(/^SQLite 3\./)
    expect(readdirSync(project.root)).toEqual(before)
  })

  it('tells what three servers are, and what they cannot do together', async () => {
    const [postgres, redis, bucket] = await Promise.all([
      service('postgres'),
      service('redis'),
      newBucket(),
    ])
    const { code, found } = await doctor(
      ['--events', schema(postgres.url), '--artifacts', bucket.url, '--facts', redis.url],
      bucket.env,
    )
    expect(code).toBe(0)
    expect(found).toMatchObject({ verdict: 'fine', together: { atomic: false }, changes: [] })
    expect(found.ports).toMatchObject([
      { adapter: { name: 'store-postgres' }, state: 'ready', durability: 'disk' },
      { adapter: { name: 'store-s3' }, state: 'ready', durability: 'replicated' },
      { adapter: { name: 'index-redis' }, state: 'ready', durability: 'process' },
    ])
    expect(found.ports[0]?.product).toMatch(/^PostgreSQL \d/)
    expect(found.ports[2]?.product).toMatch(/^Redis \d/)
    expect(found.together.limits).not.toEqual([])
    for (const { conformance } of found.ports) {
      expect(conformance?.passed).toBeGreaterThan(40)
      expect(conformance?.contract).toMatch(/^\d+\.\d+$/)
    }
    const redisLimits = found.ports[2]?.limits.join(' ')
    expect(redisLimits).toContain('stream of events')
  })

  it('tells that one database commits everything together', async () => {
    const { url } = await service('postgres')
    const { found } = await doctor(['--store', schema(url)])
    expect(found).toMatchObject({ verdict: 'fine', together: { atomic: true, limits: [] } })
  })

  it('tells what to change in a server that can lose facts', async () => {
    await using redis = await privateService('redis', { 'maxmemory-policy': 'allkeys-lru' })
    const { code, found } = await doctor(['--facts', redis.url])
    expect(code).toBe(1)
    expect(found.ports[2]).toMatchObject({ state: 'refused', error: { code: 'store_unsuitable' } })
    expect(found.changes).toMatchObject([
      { port: 'facts', change: expect.stringContaining('noeviction') },
    ])
  })

  it('tells what to change in a database that a power cut would harm', async () => {
    await using postgres = await privateService('postgres', { fsync: 'off' })
    const { code, found } = await doctor(['--store', postgres.url])
    expect(code).toBe(1)
    expect(found.changes.map(({ port }) => port)).toEqual(['events', 'artifacts'])
    expect(found.changes[0]?.change).toContain('fsync')
  })

  it('tells where the key of S3 belongs, and not the key', async () => {
    const bucket = await newBucket()
    const env = { ...bucket.env, AWS_SECRET_ACCESS_KEY: 'hunter22' }
    const result = await call(['doctor', '--artifacts', bucket.url], env)
    expect(result.code).toBe(1)
    expect(result.stdout).toContain('AWS_SECRET_ACCESS_KEY')
    expect(result.stdout + result.stderr).not.toContain('hunter22')
  })

  it('tells which servers it cannot reach, and looks at the rest', async () => {
    const stores = [
      ...['--events', 'postgres://mfm:hunter22@127.0.0.1:1/runs'],
      ...['--artifacts', 's3://bucket?endpoint=http://127.0.0.1:1'],
      ...['--facts', 'memory:'],
    ]
    const env = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' }
    const { code, found } = await doctor(stores, env)
    expect([code, found.verdict]).toEqual([5, 'unreachable'])
    expect(found.ports.map(({ state }) => state)).toEqual(['unreachable', 'unreachable', 'ready'])
    expect(JSON.stringify(found)).not.toContain('hunter22')
  })

  it('refuses a URL that says nothing', async () => {
    expect((await call(['doctor', '--facts', 'redis://h?colour=red'])).code).toBe(2)
    expect((await call(['doctor', '--facts', 's3://bucket'])).code).toBe(2)
  })

  it('is readable', async () => {
    const { code, stdout, stderr } = await call(['doctor', '--artifacts', 'memory:'])
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toBe('change')
    expect(lines.at(-1)).toMatch(/^ {2}artifacts {2}Keep artifacts as safe as events/)
  })
})
