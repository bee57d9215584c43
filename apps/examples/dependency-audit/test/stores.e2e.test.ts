import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { RunDocument } from '@mfm/runner'
import { replayDocumentSchema, runDetailsDocumentSchema, runDocumentSchema } from '@mfm/runner'
import type { Address } from '@mfm/services'
import { privateService, service } from '@mfm/services'
import { openMemoryStores } from '@mfm/store-memory'
import { verifyWorkflow } from '@mfm/workflow'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import audit from '../src/dependency-audit.workflow.ts'
import { reportSchema } from '../src/report/report.ts'
import { runAudit, TestFolder } from './audit.fixture.ts'
import { HaltingRegistry, MANY_PACKAGES } from './many-packages.fixture.ts'
import type { Ended, Started } from './mfm.fixture.ts'
import { startMfm } from './mfm.fixture.ts'
import type { StoreOptions } from './stores.fixture.ts'
import { SQLITE, threeServers } from './stores.fixture.ts'
import { UnwillingS3 } from './unwilling-s3.fixture.ts'

// Processes and servers, on machines that do other work as well.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const WORKFLOW = fileURLToPath(new URL('../src/dependency-audit.workflow.ts', import.meta.url))

let registry: HaltingRegistry
let folder: TestFolder
let runId: string

beforeEach(async () => {
  runId = randomUUID()
  registry = await HaltingRegistry.open()
  const config = { workflows: { audit: WORKFLOW } }
  folder = await TestFolder.with({ ...MANY_PACKAGES, 'mfm.config.json': config })
})

afterEach(async () => {
  await registry[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

function start(stores: StoreOptions, ...args: readonly string[]): Started {
  const env = { MFM_ENDPOINT_REGISTRY: registry.address, ...stores.env }
  return startMfm([...args, ...stores.args, '--output', 'json'], folder.path, env)
}

const startRun = (stores: StoreOptions): Started =>
  start(stores, 'run', 'audit', '--input', '{}', '--run-id', runId)

function completed({ code, stdout, stderr }: Ended): RunDocument {
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const run = runDocumentSchema.parse(JSON.parse(stdout))
  expect(run).toMatchObject({ runId, phase: 'completed' })
  return run
}

/** The report without what depends on the day of the audit. */
function findings(output: unknown): unknown {
  const { rows, counts } = reportSchema.parse(output)
  return { rows: rows.map(({ ageDays: _, ...row }) => row), counts }
}

/** What the audit comes to where nothing happens on the way; in memory, and verified there. */
async function undisturbed(): Promise<unknown> {
  await using quiet = await HaltingRegistry.open()
  quiet.goOn()
  await using stores = openMemoryStores()
  const { runId: id, output } = await runAudit(stores, folder, { registry: quiet.address })
  const { verdict } = await verifyWorkflow(audit, { stores, runId: id })
  expect(verdict).toBe('identical')
  return findings(output)
}

/** The run is whole: other processes find it identical, and it holds each answer once. */
async function expectIdentical(stores: StoreOptions, run: RunDocument): Promise<void> {
  const verified = await start(stores, 'verify', runId).ended
  expect(replayDocumentSchema.parse(JSON.parse(verified.stdout))).toMatchObject({
    verdict: 'identical',
    differences: [],
    unusedFacts: [],
    headDigest: run.head.digest,
  })
  expect(verified.code).toBe(0)
  const shown = await start(stores, 'show', runId).ended
  expect(runDetailsDocumentSchema.parse(JSON.parse(shown.stdout)).facts).toBe(26)
  expect(findings(run.output)).toEqual(await undisturbed())
}

/** Sends one command to Redis and waits for its reply. */
async function sendToRedis({ host, port }: Address, command: string): Promise<void> {
  const socket = connect({ host, port })
  socket.write(`${command}\r\n`)
  const [reply] = await once(socket, 'data')
  socket.destroy()
  expect(String(reply)).toBe('+OK\r\n')
}

describe('an audit in memory', () => {
  it('runs and verifies', async () => {
    expect(await undisturbed()).toMatchObject({ counts: { dependencies: 24, problems: 0 } })
  })
})

describe.each([
  ['SQLite', async () => SQLITE],
  ['PostgreSQL, S3 and Redis', async () => await threeServers()],
])('an audit on %s', (_name, open) => {
  it('is killed, resumes where it was, and verifies', async () => {
    const stores = await open()
    const killed = startRun(stores)
    await registry.halfway
    killed.child.kill('SIGKILL')
    expect((await killed.ended).code).toBeNull()
    registry.goOn()
    const run = completed(await start(stores, 'resume', runId).ended)
    // What was recorded before is not asked again.
    expect(registry.timesAnswered).toEqual(Array.from({ length: 12 }, () => 1))
    await expectIdentical(stores, run)
  })
})

describe('an audit in the middle of which', () => {
  it('Redis is wiped ends identical', async () => {
    await using redis = await privateService('redis')
    const stores = await threeServers({ redis })
    const running = startRun(stores)
    await registry.halfway
    await sendToRedis(redis, 'FLUSHALL')
    registry.goOn()
    await expectIdentical(stores, completed(await running.ended))
  })

  it('Redis is wiped and the process killed resumes and ends identical', async () => {
    await using redis = await privateService('redis')
    const stores = await threeServers({ redis })
    const killed = startRun(stores)
    await registry.halfway
    killed.child.kill('SIGKILL')
    await killed.ended
    await sendToRedis(redis, 'FLUSHALL')
    registry.goOn()
    const run = completed(await start(stores, 'resume', runId).ended)
    expect(registry.timesAnswered).toEqual(Array.from({ length: 12 }, () => 1))
    await expectIdentical(stores, run)
  })

  it('S3 answers 503 for a while ends identical', async () => {
    await using s3 = await UnwillingS3.before(await service('s3'))
    const stores = await threeServers({ endpoint: s3.url })
    const running = startRun(stores)
    await registry.halfway
    s3.refuse(20)
    registry.goOn()
    const run = completed(await running.ended)
    expect(s3.refused).toBe(20)
    await expectIdentical(stores, run)
  })

  it('PostgreSQL is restarted ends identical', async () => {
    await using postgres = await privateService('postgres')
    const stores = await threeServers({ postgres })
    const running = startRun(stores)
    await registry.halfway
    // The answers come while the server is going down and up.
    const restarted = postgres.restart()
    registry.goOn()
    const first = await Promise.race([restarted.then(() => 'server'), running.ended])
    expect(first).toBe('server')
    await expectIdentical(stores, completed(await running.ended))
  })
})
