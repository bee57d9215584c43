import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EventEnvelope, RunId } from '@mfm/core-types'
import {
  errorDocumentSchema,
  exportDocumentSchema,
  importDocumentSchema,
  runDocumentSchema,
  scanDocumentSchema,
} from '@mfm/runner'
import { openSqliteStores } from '@mfm/store-sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Greeter } from './greeter.ts'
import type { MfmResult } from './mfm.ts'
import { document, mfm } from './mfm.ts'
import { TemporaryProject, WORKFLOW } from './temporary-project.ts'

const ID = '3fa2c1d0-2222-4333-8444-555555555555'
const SECRET_RUN = 'abcd1234-2222-4333-8444-555555555555' as RunId
const PASSWORD = 'correct-horse-battery-9'

let greeter: Greeter
let project: TemporaryProject

beforeAll(async () => {
  greeter = await Greeter.start()
  project = await TemporaryProject.create()
  await mfm(['run', WORKFLOW, '--input', '{"name":"Ada","mode":"wait"}', '--run-id', ID], {
    cwd: project.root,
    env: { MFM_ENDPOINT_GREETER: greeter.address },
    onStart: (child) => {
      void greeter.asked.then(() => child.kill('SIGINT'))
    },
  })
})
afterAll(async () => {
  await greeter[Symbol.asyncDispose]()
  await project[Symbol.asyncDispose]()
})

async function call(args: readonly string[]): Promise<MfmResult> {
  const env = { MFM_ENDPOINT_GREETER: greeter.address, GREET_FAST: '1' }
  return await mfm(args, { cwd: project.root, env })
}

/** A stored run with what no live run would have let in. */
async function plantSecret(): Promise<void> {
  await using stores = await openSqliteStores({ path: join(project.root, '.mfm/runs.db') })
  const event = {
    type: 'domain',
    v: 1,
    name: 'login',
    payload: { password: PASSWORD },
    payloadRef: null,
    stateId: null,
    attempt: null,
  } as const
  const envelope: EventEnvelope = { runId: SECRET_RUN, seq: 1, tsMillis: 1, prev: null, event }
  await stores.events.append(SECRET_RUN, 0, [envelope])
}

describe('a run that was interrupted', () => {
  it('goes on in another store', async () => {
    const exported = await call(['export', '3fa2', '-o', 'run.mfm', '--output', 'json'])
    expect(exported).toMatchObject({ code: 0, stderr: '' })
    const { file, bytes, manifest } = document(exportDocumentSchema, exported)
    const content = await readFile(join(project.root, 'run.mfm'))
    expect([file, bytes]).toEqual(['run.mfm', content.length])
    expect(await readdir(project.root)).not.toContainEqual(expect.stringMatching(/partial$/))

    const there = ['--store', 'sqlite:there.db'] as const
    const imported = await call(['import', 'run.mfm', ...there, '--output', 'json'])
    expect(document(importDocumentSchema, imported)).toMatchObject({
      runs: [{ runId: ID, status: 'imported', headSeq: manifest.runs[0]?.headSeq }],
      root: manifest.root,
      missing: [],
    })
    const resumed = await call(['resume', '3fa2', ...there, '--output', 'json'])
    expect(document(runDocumentSchema, resumed)).toMatchObject({
      phase: 'completed',
      output: { text: 'hello Ada' },
    })
    expect((await call(['verify', '3fa2', ...there])).code).toBe(0)

    const again = await call(['import', 'run.mfm', ...there])
    expect(again.stdout).toContain('further than in the bundle')
  })

  it('is exported to standard output as to a file, and imported from standard input', async () => {
    await call(['export', ID, '-o', 'file.mfm'])
    const content = await readFile(join(project.root, 'file.mfm'), 'latin1')
    const piped = await call(['export', ID, '-o', '-'])
    expect(piped.stdout.length).toBeGreaterThan(0)
    expect(Buffer.from(content, 'latin1').toString('utf8')).toBe(piped.stdout)
    const imported = await mfm(['import', '-', '--store', 'memory:', '--output', 'json'], {
      cwd: project.root,
      stdin: piped.stdout,
    })
    expect(document(importDocumentSchema, imported).runs[0]?.status).toBe('imported')
  })
})

describe('what import refuses', () => {
  const refusal = ({ stdout, stderr }: MfmResult): unknown => {
    expect(stdout).toBe('')
    return errorDocumentSchema.parse(JSON.parse(stderr)).error
  }

  it.each([
    ['a damaged bundle', 'bundle_invalid', 1, []],
    ['one that is too large', 'bundle_too_large', 2, ['--max-bytes', '1000']],
  ] as const)('%s', async (_name, code, exit, options) => {
    await call(['export', ID, '-o', 'good.mfm'])
    const content = await readFile(join(project.root, 'good.mfm'))
    content[5000] = (content[5000] ?? 0) ^ 1
    await writeFile(join(project.root, 'bad.mfm'), content)
    const store = ['--store', `sqlite:${code}.db`, '--output', 'json'] as const
    const result = await call(['import', 'bad.mfm', ...store, ...options])
    expect(result.code).toBe(exit)
    expect(refusal(result)).toMatchObject({ code })
    const runs = await call(['runs', ...store])
    expect(JSON.parse(runs.stdout)).toMatchObject({ runs: [] })
  })

  it('a file that is not there', async () => {
    const result = await call(['import', 'none.mfm', '--output', 'json'])
    expect(result.code).toBe(2)
    expect(refusal(result)).toMatchObject({ code: 'invalid_input' })
  })
})

describe('a run that holds what looks like a secret', () => {
  beforeAll(plantSecret)

  it('is found by scan, in the store and in a bundle, and its value is never written', async () => {
    const stored = await call(['scan', 'abcd1234', '--output', 'json'])
    expect(stored.code).toBe(1)
    expect(document(scanDocumentSchema, stored)).toMatchObject({
      total: 1,
      hits: [{ runId: SECRET_RUN, seq: 1, pointer: '/event/payload/password', rule: 'password' }],
    })
    const refused = await call(['export', 'abcd1234', '-o', 'secret.mfm', '--output', 'json'])
    expect(refused.code).toBe(2)
    expect(JSON.parse(refused.stderr)).toMatchObject({ error: { code: 'secrets_detected' } })
    expect(await readdir(project.root)).not.toContain('secret.mfm')

    const allowed = await call(['export', 'abcd1234', '-o', 'secret.mfm', '--allow-secrets'])
    expect(allowed.code).toBe(0)
    const bundled = await call(['scan', 'secret.mfm'])
    expect(bundled.code).toBe(1)
    expect(bundled.stdout).toContain('/event/payload/password')
    for (const { stdout, stderr } of [stored, refused, allowed, bundled]) {
      expect(stdout + stderr).not.toContain(PASSWORD)
    }
  })

  it('others pass', async () => {
    expect(await call(['scan', ID])).toMatchObject({ code: 0, stderr: '' })
  })
})
