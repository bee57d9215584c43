import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Failpoints } from '@mfm/engine'
import { SecretGuard } from '@mfm/secrets'
import { openMemoryStores } from '@mfm/store-memory'
import type { Golden, GoldenContent } from '@mfm/testing'
import {
  fillStores,
  goldenOfRun,
  goldenPath,
  goldenText,
  readGolden,
  refuseGoldenSecrets,
  verifyOp,
  writeGolden,
} from '@mfm/testing'
import type { Op } from '@mfm/workflow'
import { contextKey, defineOp, resumeWorkflow, runWorkflow, state } from '@mfm/workflow'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'

const big = contextKey('big', z.string())
const count = contextKey('count', z.bigint())

/** Large values, integers beyond doubles, keys of its own, a call that fails once and is retried, a crash. */
function deepOp(): Op<never, bigint> {
  let tries = 0
  const first = state('first', {
    writes: [big, count],
    run: async ({ context, io }) => {
      const text = await io.record('big', () => 'äö\n'.repeat(9000))
      const number = await io.record('keyed', () => 2n ** 60n, { key: 'my key' })
      await Promise.all([io.now(), io.record('same', 1), io.record('same', 2)])
      context.write(big, text)
      context.write(count, number)
    },
  })
  const second = state('second', {
    reads: [big],
    writes: [big],
    run: async ({ context, io, emit }) => {
      await io.random()
      await io
        .record('flaky', () => {
          tries += 1
          if (tries === 1) throw Object.assign(new Error('not yet'), { retryable: true })
          return tries
        })
        .catch(() => io.record('flaky', () => 2))
      await emit('asked', { $lines: ['looks like one of ours'] })
      context.delete(big)
    },
  })
  return defineOp({ id: 'deep', version: 'v1', output: count, states: [first, second] })
}

async function record(crash: boolean): Promise<Golden> {
  await using stores = openMemoryStores()
  const failpoints = new Failpoints()
  if (crash) failpoints.arm('after_handler')
  const steady = { clock: () => 1000, randomBytes: (length: number) => new Uint8Array(length) }
  const op = deepOp()
  const options = { ...steady, stores, failpoints }
  const { runId } = await runWorkflow(op, options)
  const { phase } = await resumeWorkflow(op, { ...options, runId })
  expect(phase).toBe('completed')
  return await goldenOfRun(stores, runId)
}

describe('a golden run', () => {
  it.each([false, true])('is verified by its workflow; crashed on the way: %s', async (crash) => {
    const golden = await record(crash)
    const { differences, report } = await verifyOp(golden, deepOp(), {})
    expect(differences).toEqual([])
    expect(report.output).toBe(2n ** 60n)
  })

  it('is the same for two runs that did the same, and for the run that it makes', async () => {
    const golden = await record(true)
    const text = goldenText(golden)
    expect(goldenText(await record(true))).toBe(text)
    await using stores = openMemoryStores()
    const again = await goldenOfRun(stores, await fillStores(stores, golden))
    expect(goldenText(again)).toBe(text)
    expect(again.files).toEqual(golden.files)
  })
})

describe('a golden run that holds a secret', () => {
  const guard = new SecretGuard({ mode: 'refuse' })
  const clear = { json: { password: 'clear-text-pass-9' } }
  const fact = (response: GoldenContent): Golden['document'] => ({
    golden: 1,
    workflow: null,
    events: [{ type: 'fact', namespace: 'http', response }],
  })

  it.each<readonly [string, Golden]>([
    ['in the document', { document: fact(clear), files: new Map() }],
    [
      'in a text of several lines',
      {
        document: fact({ text: { $lines: ['', 'password: clear-text-pass-9'] } }),
        files: new Map(),
      },
    ],
    [
      'in a file',
      {
        document: fact({ json: 1 }),
        files: new Map([['a.txt', new TextEncoder().encode('password=clear-text-pass-9')]]),
      },
    ],
  ])('is refused: %s', (_, golden) => {
    expect(() => refuseGoldenSecrets(golden, guard)).toThrow(
      expect.objectContaining({ code: 'secrets_detected' }),
    )
  })
})

describe('its files', () => {
  let folder = ''
  let path = ''

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mfm-golden-files-'))
    path = goldenPath(folder, 'deep')
    await writeGolden(path, await record(false))
  })
  afterEach(async () => await rm(folder, { recursive: true }))

  const beside = async (): Promise<readonly string[]> => await readdir(join(folder, 'deep.files'))
  const verified = async (): Promise<unknown> => {
    const golden = await readGolden(path)
    return golden === undefined ? undefined : (await verifyOp(golden, deepOp(), {})).differences
  }

  it('are read back, and there is nothing where nothing was written', async () => {
    expect(await verified()).toEqual([])
    expect(await readGolden(join(folder, 'other.json'))).toBeUndefined()
  })

  it('take away what they no longer name', async () => {
    await writeFile(join(folder, 'deep.files', 'old.bin'), '')
    const names = await beside()
    await writeGolden(path, await record(false))
    expect(await beside()).toEqual(names.filter((name) => name !== 'old.bin'))
  })

  it.each<readonly [string, (text: string) => string]>([
    ['cut short', (text) => text.slice(0, -10)],
    ['of a later version', (text) => text.replace('"golden": 1', '"golden": 2')],
    ['with a member of its own', (text) => text.replace('"golden": 1', '"golden": 1, "more": 1')],
    ['that names a path', (text) => text.replace(/"[0-9a-f]{64}\.json"/, '"../../etc.json"')],
    ['with no JSON', () => 'not JSON'],
  ])('are refused %s', async (_, change) => {
    const text = await readFile(path, 'utf8')
    await writeFile(path, change(text))
    await expect(verified()).rejects.toMatchObject({ code: 'golden_invalid' })
  })

  it('are refused where a file beside them is changed or missing', async () => {
    const [name = ''] = await beside()
    await writeFile(join(folder, 'deep.files', name), 'changed')
    await expect(verified()).rejects.toMatchObject({ code: 'golden_invalid' })
    await rm(join(folder, 'deep.files', name))
    await expect(verified()).rejects.toMatchObject({ code: 'golden_invalid' })
  })

  it('have plain names', () => {
    for (const name of ['', '../up', 'a/b', '.hidden', 'ü']) {
      expect(() => goldenPath(folder, name)).toThrow(
        expect.objectContaining({ code: 'invalid_option' }),
      )
    }
  })
})
