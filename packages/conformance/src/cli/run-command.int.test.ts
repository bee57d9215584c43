import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from './run-command.ts'

const HARNESS = 'packages/conformance/test/memory.harness.ts'
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conformance-cli-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function mfmConformance(...args: string[]) {
  const out: string[] = []
  const err: string[] = []
  const code = await runCommand(args, {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
  })
  return { code, out: out.join('\n'), err: err.join('\n') }
}

describe('mfm-conformance', () => {
  it('prints the verdict last and writes the reports', async () => {
    const args = ['--level', '0', '--port', 'artifacts', '--seed', '0x51ce', '--report', folder]
    const { code, out } = await mfmConformance('run', HARNESS, ...args)
    expect(code).toBe(0)
    expect(out.split('\n').at(-1)).toMatch(
      /^store-memory 0\.0\.0 · contract 1\.0 · artifacts L0 \((\d+)\/\1\) · seed 0x51ce$/,
    )
    const files = ['badge.json', 'conformance.json', 'conformance.md', 'junit.xml']
    expect((await readdir(folder)).sort()).toEqual(files)
    const json = JSON.parse(await readFile(join(folder, 'conformance.json'), 'utf8'))
    expect(json).toMatchObject({ format: 1, name: 'store-memory', level: 0, seed: 0x51ce })
  })

  it('runs one case', async () => {
    const { code, out } = await mfmConformance('run', HARNESS, '--case', 'ES-10')
    expect({ code, out }).toEqual({ code: 0, out: '1 of 1 cases did not fail' })
  })

  it('exits with 1 where a case fails, and says how to repeat it', async () => {
    const broken = 'packages/conformance/test/broken.harness.ts'
    const { code, out } = await mfmConformance('run', broken, '--case', 'FI-02')
    expect(code).toBe(1)
    expect(out).toContain(`npx mfm-conformance run ${broken} --case FI-02 --seed 7`)
  })

  it.each([
    [['run']],
    [['run', 'no-such-file.ts']],
    [['run', HARNESS, '--level', '4']],
    [['run', HARNESS, '--port', 'queue']],
    [['run', HARNESS, '--case', 'ES-99']],
    [['run', HARNESS, '--seed', '-1']],
    [['run', HARNESS, '--verbose']],
    [['walk', HARNESS]],
  ])('exits with 2 on %j', async (args) => {
    const { code, out, err } = await mfmConformance(...args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).not.toBe('')
  })

  it('lists the cases and tells its usage', async () => {
    const { out } = await mfmConformance('list', '--port', 'facts', '--level', '0')
    expect(out.split('\n').find((line) => line.startsWith('FI-02'))).toMatch(/^FI-02 +L0 facts /)
    expect((await mfmConformance('--help')).out).toContain('--report')
  })
})
