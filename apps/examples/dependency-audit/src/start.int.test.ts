import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseId } from '@mfm/errors'
import { openSqliteStores } from '@mfm/store-sqlite'
import { httpTransport } from '@mfm/transport-http'
import { resumeWorkflow } from '@mfm/workflow'
import { describe, expect, it } from 'vitest'
import { TestFolder } from '../test/audit.fixture.ts'
import { TestRegistry } from '../test/registry.fixture.ts'
import audit from './dependency-audit.workflow.ts'

const START = join(import.meta.dirname, 'start.ts')

interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function startIn(
  folder: TestFolder,
  registry: string,
): { readonly child: ChildProcess; readonly finished: Promise<Finished> } {
  const child = spawn(process.execPath, ['--conditions=@mfm/source', START], {
    cwd: folder.path,
    env: { ...process.env, MFM_ENDPOINT_REGISTRY: registry, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output.stderr += text
  })
  const finished = once(child, 'close').then(([code]) => ({ code, ...output }))
  return { child, finished }
}

const PROJECT = { 'package.json': { dependencies: { a: '^1.0.0', b: '1.0.0' } } }
const RUN_ID = /^run +([0-9a-f-]{36})$/m

// A process takes a second to start, and waits before it gives a registry up.
describe('npm start', { timeout: 60_000 }, () => {
  it('audits, shows, replays without network, and says what to try next', async () => {
    await using registry = await TestRegistry.open()
    registry.publish('a', { '1.0.0': { license: 'MIT' } })
    registry.publish('b', { '1.0.0': { license: 'ISC', deprecated: 'use a' } })
    await using folder = await TestFolder.with(PROJECT)
    const { code, stdout, stderr } = await startIn(folder, registry.address).finished
    expect(stderr).toContain('3 of 3 answers recorded')
    expect(stdout).toMatch(/^a +1\.0\.0 +1\.0\.0 .* MIT$/m)
    expect(stdout).toMatch(/^b +1\.0\.0 +1\.0\.0 .* ISC +deprecated$/m)
    expect(stdout).toMatch(/^identical {2}3 states, 5 facts, 14 events; 0 connections tried$/m)
    expect(stdout).toMatch(/^head +event 14, sha256 [0-9a-f]{64}$/m)
    const [, runId] = RUN_ID.exec(stdout) ?? []
    for (const command of ['show', 'events', 'verify']) {
      expect(stdout).toContain(`  npx mfm ${command} ${runId} `)
    }
    expect(code).toBe(0)
    expect(stdout + stderr).not.toContain(String(registry.port))
    expect(registry.requests).toHaveLength(3)
  })

  it('shows the shipped run where there is no registry', async () => {
    const registry = await TestRegistry.open()
    const { address } = registry
    await registry[Symbol.asyncDispose]()
    await using folder = await TestFolder.with(PROJECT)
    const first = await startIn(folder, address).finished
    expect(first.stderr).toContain('No registry can be reached')
    expect(first.stdout).toMatch(/^identical {2}/m)
    expect(first.code).toBe(0)
    const again = await startIn(folder, address).finished
    expect(again.stdout).toBe(first.stdout)
    expect(again.code).toBe(0)
  })

  it('leaves a run that can be resumed when it is interrupted', async () => {
    await using registry = await TestRegistry.open()
    registry.publish('a', { '1.0.0': { license: 'MIT' } })
    await using folder = await TestFolder.with(PROJECT)
    const asked = Promise.withResolvers<void>()
    registry.answer('b', () => asked.resolve())
    const { child, finished } = startIn(folder, registry.address)
    await asked.promise
    child.kill('SIGINT')
    const { code, stdout, stderr } = await finished
    expect(stdout).toBe('')
    expect(stderr).not.toContain('failed')
    expect(code).toBe(130)

    const [, runId] = /^ {2}npx mfm resume ([0-9a-f-]{36})$/m.exec(stderr) ?? []
    registry.requests.length = 0
    registry.publish('b', { '1.0.0': { license: 'ISC' } })
    await using stores = await openSqliteStores({ path: join(folder.path, '.mfm', 'runs.db') })
    const result = await resumeWorkflow(audit, {
      stores,
      runId: parseId('run_id', runId),
      transport: httpTransport({ endpoints: { registry: registry.address } }),
    })
    expect(result.output?.rows.map(({ licence }) => licence)).toEqual(['MIT', 'ISC'])
    expect(registry.requests).toEqual(['/b'])
  })

  it('says what is wrong with the project', async () => {
    await using folder = await TestFolder.with({})
    const { code, stdout, stderr } = await startIn(folder, 'http://127.0.0.1:9').finished
    expect(stderr).toMatch(/manifest_unreadable/)
    expect(stderr).toMatch(/^ {2}npx mfm show [0-9a-f-]{36}$/m)
    expect(stdout).toBe('')
    expect(code).toBe(1)
  })
})
