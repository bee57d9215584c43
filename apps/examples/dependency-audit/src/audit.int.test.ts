import type { Stores } from '@mfm/core-types'
import { openSqliteStores } from '@mfm/store-sqlite'
import { initialContext, verifyWorkflow } from '@mfm/workflow'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runAudit, storedText, TestFolder } from '../test/audit.fixture.ts'
import { sendGzip, sendJson, TestRegistry } from '../test/registry.fixture.ts'
import audit from './dependency-audit.workflow.ts'
import { SocketDenial } from './start/deny-sockets.ts'

const PROJECT = {
  'package.json': {
    dependencies: { '@scope/core': '^1.0.0', gone: '^1.0.0', old: '~1.1.0', pinned: '2.0.0' },
    devDependencies: { aliased: 'npm:old@1.0.0', broken: '1.0.0', local: 'workspace:*' },
  },
}

let stores: Stores
let registry: TestRegistry
let project: TestFolder

beforeEach(async () => {
  stores = await openSqliteStores({ path: ':memory:' })
  registry = await filled()
  project = await TestFolder.with(PROJECT)
})

afterEach(async () => {
  await stores.close()
  await registry[Symbol.asyncDispose]()
  await project[Symbol.asyncDispose]()
})

async function filled(): Promise<TestRegistry> {
  const opened = await TestRegistry.open()
  return opened
    .publish('@scope/core', {
      '1.0.0': { license: 'MIT' },
      '1.4.2': { license: 'MIT' },
      '2.0.0': { license: 'ISC' },
    })
    .publish(
      'old',
      {
        '1.0.0': { licenses: [{ type: 'BSD', url: 'http://licences.example' }] },
        '1.1.9': { license: { type: 'MIT' }, deprecated: 'use @scope/core' },
      },
      sendGzip,
    )
    .publish('pinned', { '2.0.0': { license: 'Apache-2.0' } })
    .answer('broken', (response) => {
      response.socket?.destroy()
    })
}

describe('an audit of a registry', () => {
  it('says of each dependency what the registry says', async () => {
    const { phase, output } = await runAudit(stores, project, { registry: registry.address })
    expect(phase).toBe('completed')
    expect(output?.rows).toMatchObject([
      {
        name: '@scope/core',
        wanted: '1.4.2',
        latest: '2.0.0',
        publishedAt: '2024-01-11T00:00:00.000Z',
        licence: 'MIT',
        deprecated: null,
        behind: true,
        problem: null,
      },
      { name: 'broken', wanted: null, problem: 'no answer: http_failed' },
      { name: 'gone', wanted: null, problem: 'not found' },
      { name: 'old', range: '1.0.0', wanted: '1.0.0', licence: 'BSD', behind: true },
      {
        name: 'old',
        range: '~1.1.0',
        wanted: '1.1.9',
        licence: 'MIT',
        deprecated: 'use @scope/core',
        behind: false,
      },
      { name: 'pinned', wanted: '2.0.0', latest: '2.0.0', licence: 'Apache-2.0' },
    ])
    expect(output?.counts).toEqual({
      dependencies: 6,
      behind: 2,
      deprecated: 1,
      problems: 2,
      elsewhere: 1,
    })
  })

  it('records no host, no folder and nothing that it does not use', async () => {
    const { runId } = await runAudit(stores, project, { registry: registry.address })
    const text = await storedText(stores, runId)
    expect(text).toContain('/@scope%2fcore')
    expect(text).not.toMatch(/127\.0\.0\.1|localhost|:\/\/|readme|tarball/)
    expect(text).not.toContain(String(registry.port))
    expect(text).not.toContain(project.path)
  })

  it('is replayed without network, and on a machine that has another registry', async () => {
    const first = await runAudit(stores, project, { registry: registry.address })
    await registry[Symbol.asyncDispose]()
    registry = await filled()
    const second = await runAudit(stores, project, { registry: registry.address })
    const asked = registry.requests.length
    using denial = new SocketDenial()
    for (const { runId, output } of [first, second]) {
      const report = await verifyWorkflow(audit, { stores, runId })
      expect(report.differences).toEqual([])
      expect(report.verdict).toBe('identical')
      expect(report.output).toEqual(output)
      expect(report.counts.unusedFacts).toBe(0)
    }
    expect(denial.attempts).toBe(0)
    expect(registry.requests).toHaveLength(asked)
  })

  it('comes to the same rows in whatever order the answers arrive', async () => {
    const pinned = Promise.withResolvers<void>()
    registry.answer('gone', async (response) => {
      await pinned.promise
      response.statusCode = 500
      response.end()
    })
    registry.publish('pinned', { '2.0.0': { license: 'Apache-2.0' } }, (response, body) => {
      response.once('finish', () => pinned.resolve())
      sendJson(response, body)
    })
    const { runId, output } = await runAudit(stores, project, { registry: registry.address })
    expect(output?.rows.map(({ problem }) => problem)).toEqual([
      null,
      'no answer: http_failed',
      'refused with status 500',
      null,
      null,
      null,
    ])
    expect((await verifyWorkflow(audit, { stores, runId })).verdict).toBe('identical')
  })
})

describe('an audit that cannot be made', () => {
  it('fails with a code of its own where there is no registry', async () => {
    const { address } = registry
    await registry[Symbol.asyncDispose]()
    const { phase, failure, runId } = await runAudit(stores, project, { registry: address })
    registry = await TestRegistry.open()
    expect(phase).toBe('failed')
    expect(failure).toMatchObject({ attempt: 2, error: { code: 'registry_unreachable' } })
    expect((await verifyWorkflow(audit, { stores, runId })).verdict).toBe('identical')
  })

  it('does not take a dependency that asks nothing for an answer', async () => {
    await using other = await TestFolder.with({
      'package.json': { dependencies: { a: 'catalog:', b: '^1.0.0' } },
    })
    registry.answer('b', (response) => {
      response.socket?.destroy()
    })
    const { failure } = await runAudit(stores, other, { registry: registry.address })
    expect(failure?.error.code).toBe('registry_unreachable')
  })

  it('goes on where the registry is back in time', async () => {
    let refusals = 0
    registry.answer('@scope/core', (response) => {
      refusals += 1
      if (refusals < 3) response.socket?.destroy()
      else sendJson(response, '{"dist-tags":{"latest":"1.0.0"},"versions":{}}')
    })
    const { phase, output } = await runAudit(stores, project, { registry: registry.address })
    expect(phase).toBe('completed')
    expect(output?.rows[0]?.problem).toBe('no version is ^1.0.0')
  })

  it('takes what is no registry for none', async () => {
    registry.answer('@scope/core', (response) => {
      response.end('<html>Please sign in</html>')
    })
    const { failure } = await runAudit(stores, project, { registry: registry.address })
    expect(failure).toMatchObject({ attempt: 0, error: { code: 'registry_unreachable' } })
  })

  it('says which manifest it could not read, and not where on this machine', async () => {
    await using empty = await TestFolder.with({})
    const { failure, runId } = await runAudit(stores, empty, { registry: registry.address })
    expect(failure?.error.code).toBe('manifest_unreadable')
    expect(await storedText(stores, runId)).not.toContain(empty.path)
  })

  it.each(['/etc', 'C:/work', 'a\\b', ''])('refuses the folder %j', (folder) => {
    expect(() => initialContext(audit, { folder })).toThrow(
      expect.objectContaining({ code: 'invalid_input' }),
    )
  })
})
