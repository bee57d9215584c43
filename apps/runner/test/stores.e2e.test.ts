import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  errorDocumentSchema,
  replayDocumentSchema,
  runDocumentSchema,
  runListDocumentSchema,
} from '@mfm/runner'
import { service } from '@mfm/services'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Bucket } from './bucket.ts'
import { newBucket } from './bucket.ts'
import { Greeter } from './greeter.ts'
import type { MfmResult } from './mfm.ts'
import { document, mfm } from './mfm.ts'
import { MuteServer } from './mute-server.ts'
import { TemporaryProject, WORKFLOW } from './temporary-project.ts'

const SECRET = 'hunter22'
const INPUT = '{"name":"Ada"}'

let greeter: Greeter
let project: TemporaryProject
let bucket: Bucket
let postgres: string
let redis: string
let cluster: string
let nats: string

beforeAll(async () => {
  greeter = await Greeter.start()
  const services = [
    service('postgres'),
    service('redis'),
    service('redis-cluster'),
    service('nats'),
  ]
  const [events, facts, nodes, streams] = await Promise.all(services)
  bucket = await newBucket()
  postgres = `${events?.url}?schema=runner-${randomUUID()}`
  redis = `${facts?.url}?prefix=runner-${randomUUID()}`
  nats = `${streams?.url}?prefix=runner-${randomUUID()}`
  cluster = `${nodes?.url}?cluster=true&prefix=runner-${randomUUID()}`
})
beforeEach(async () => {
  project = await TemporaryProject.create()
  return async () => await project[Symbol.asyncDispose]()
})
afterAll(async () => {
  await greeter[Symbol.asyncDispose]()
})

async function call(...args: readonly string[]): Promise<MfmResult> {
  const env = { ...bucket.env, MFM_ENDPOINT_GREETER: greeter.address }
  return await mfm([...args, '--output', 'json'], { cwd: project.root, env })
}

/** Runs the workflow on these stores, and verifies it in another process. */
async function runAndVerify(...stores: readonly string[]): Promise<string> {
  const started = await call('run', WORKFLOW, '--input', INPUT, ...stores)
  const run = document(runDocumentSchema, started)
  expect(run).toMatchObject({ phase: 'completed', output: { text: 'hello Ada' } })
  const verified = await call('verify', run.runId, ...stores)
  expect(document(replayDocumentSchema, verified).verdict).toBe('identical')
  return run.runId
}

const refusal = ({ stderr }: MfmResult): unknown =>
  errorDocumentSchema.parse(JSON.parse(stderr)).error

describe('a run', () => {
  it('is kept in PostgreSQL, S3 and Redis', async () => {
    const stores = ['--events', postgres, '--artifacts', bucket.url, '--facts', redis]
    const runId = await runAndVerify(...stores)
    const { runs } = document(runListDocumentSchema, await call('runs', ...stores))
    expect(runs.map((run) => run.runId)).toContain(runId)
    expect(existsSync(join(project.root, '.mfm'))).toBe(false)
  })

  it('is kept in one database', async () => {
    await runAndVerify('--store', postgres)
  })

  it('is kept in the streams of one server', async () => {
    await runAndVerify('--store', nats)
  })

  it('is kept in a file, a folder and a cluster', async () => {
    await runAndVerify('--artifacts', 'file:documents', '--facts', cluster)
    expect(existsSync(join(project.root, '.mfm/runs.db'))).toBe(true)
    expect(existsSync(join(project.root, 'documents'))).toBe(true)
  })

  it('may have its index in memory: it is read from the stream again', async () => {
    await runAndVerify('--facts', 'memory:')
  })

  it('has its stores in the configuration, each overruled by the environment, and that by options', async () => {
    const config = { store: 'sqlite:a.db', artifacts: 'file:a', facts: 'redis://127.0.0.1:1' }
    await project.put('mfm.config.json', JSON.stringify(config))
    const env = { MFM_ENDPOINT_GREETER: greeter.address, MFM_ARTIFACTS: 'file:b' }
    const args = ['run', WORKFLOW, '--input', INPUT, '--facts', 'memory:']
    const { code } = await mfm(args, { cwd: project.root, env })
    expect(code).toBe(0)
    const made = ['a.db', 'a', 'b', '.mfm'].map((name) => existsSync(join(project.root, name)))
    expect(made).toEqual([true, false, true, false])
  })
})

describe('a store URL', () => {
  it.each([
    ['a scheme that keeps no events', ['--store', 'redis://localhost']],
    ['a scheme that keeps no facts', ['--facts', 'file:x']],
    ['a scheme that keeps no artifacts', ['--artifacts', 'redis://localhost']],
    ['a bucket without a name', ['--artifacts', 's3://']],
    ['a bucket that cannot be', ['--artifacts', 's3://_']],
    ['an option that S3 does not have', ['--artifacts', `s3://bucket?colour=${SECRET}`]],
    ['an option with a wrong value', ['--artifacts', 's3://bucket?pathStyle=perhaps']],
    ['an option twice', ['--artifacts', 's3://bucket?region=a&region=b']],
    ['an endpoint with a password', ['--artifacts', `s3://bucket?endpoint=http://u:${SECRET}@h`]],
    ['credentials of S3', ['--artifacts', `s3://KEY:${SECRET}@bucket`]],
    ['a key of S3', ['--artifacts', `s3://${SECRET}@bucket`]],
    ['a password that breaks the URL', ['--facts', `redis://u:#${SECRET}@host`]],
    ['an option that PostgreSQL does not have', ['--events', `postgres://h/d?password=${SECRET}`]],
    ['a number of servers that cannot be', ['--events', 'nats://h?replicas=2']],
    ['a schema that cannot be', ['--events', 'postgres://h/d?schema=a.b']],
    ['artifacts in memory, where they must be', ['--artifacts', 'memory:']],
  ])('is refused for %s, and its values are not quoted', async (_what, stores) => {
    const result = await call('runs', ...stores)
    expect(result.code).toBe(2)
    expect(refusal(result)).toMatchObject({ code: 'invalid_option' })
    expect(result.stderr).not.toContain(SECRET)
  })

  it('is proposed again without its password', async () => {
    const url = new URL(postgres)
    url.password = SECRET
    const args = ['run', WORKFLOW, '--input', INPUT, '--store', url.href]
    const env = { MFM_ENDPOINT_GREETER: greeter.address }
    const { code, stdout, stderr } = await mfm(args, { cwd: project.root, env })
    expect(code).toBe(0)
    expect(stderr).toContain('--store')
    expect(stdout + stderr).not.toContain(SECRET)
  })
})

describe('a server', () => {
  it.each([
    ['PostgreSQL', '--events', 'postgres://127.0.0.1:1/db'],
    ['S3', '--artifacts', 's3://bucket?endpoint=http://127.0.0.1:1'],
    ['Redis', '--facts', 'redis://127.0.0.1:1'],
  ])('%s that is down ends the command with 5', async (_what, option, url) => {
    const result = await call('run', WORKFLOW, '--input', INPUT, option, url)
    expect(result.code).toBe(5)
    const port = option.slice(2)
    expect(refusal(result)).toMatchObject({ code: 'store_unavailable', details: { ports: [port] } })
  })

  it('that never answers ends the command with 5', async () => {
    await using mute = await MuteServer.start()
    const host = `127.0.0.1:${mute.port}`
    const stores = [
      ['--events', `postgres://${host}/db`],
      ['--artifacts', `s3://bucket?endpoint=http://${host}`],
      ['--facts', `redis://${host}`],
    ]
    const results = await Promise.all(
      stores.map(async (store) => await call('run', WORKFLOW, '--input', INPUT, ...store)),
    )
    for (const result of results) {
      expect([result.code, refusal(result)]).toMatchObject([5, { code: 'store_timeout' }])
    }
  })

  it('of a cluster must be said to be one', async () => {
    const [alone = ''] = cluster.split('?')
    const result = await call('runs', '--store', postgres, '--facts', alone)
    expect(result.code).toBe(2)
    expect(refusal(result)).toMatchObject({
      code: 'store_unsuitable',
      help: expect.stringContaining('cluster=true'),
    })
  })

  it('that refuses the login is told of without the password', async () => {
    const url = new URL(redis)
    url.username = 'mfm'
    url.password = SECRET
    const result = await call('runs', '--facts', url.href)
    expect(result.code).toBe(5)
    expect(result.stdout + result.stderr).not.toContain(SECRET)
  })
})
