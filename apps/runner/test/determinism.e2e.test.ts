import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { determinismDocumentSchema } from '@mfm/runner'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Greeter } from './greeter.ts'
import type { MfmResult } from './mfm.ts'
import { document, mfm } from './mfm.ts'
import { TemporaryProject, WORKFLOW } from './temporary-project.ts'

let greeter: Greeter
let project: TemporaryProject

beforeEach(async () => {
  greeter = await Greeter.start()
  project = await TemporaryProject.create()
})
afterEach(async () => {
  await greeter[Symbol.asyncDispose]()
  await project[Symbol.asyncDispose]()
})

const examine = async (input: object, ...more: readonly string[]): Promise<MfmResult> =>
  await mfm(['doctor', '--determinism', WORKFLOW, '--input', JSON.stringify(input), ...more], {
    cwd: project.root,
    env: { MFM_ENDPOINT_GREETER: greeter.address },
  })

describe('mfm doctor --determinism', () => {
  it('is content with a workflow that takes all from io, runs it once and keeps nothing', async () => {
    const result = await examine({ name: 'Ada' }, '-o', 'json')
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(document(determinismDocumentSchema, result)).toMatchObject({
      verdict: 'identical',
      replays: 5,
      advice: null,
      output: { text: 'hello Ada' },
    })
    expect(greeter.requests).toHaveLength(1)
    expect(existsSync(join(project.root, '.mfm'))).toBe(false)
    const failing = await examine({ name: 'Ada', mode: 'fail' })
    expect(failing.code).toBe(0)
    expect(failing.stdout).toMatch(/^deterministic /)
  })

  it('names the place of a value that is made of the clock, and the way out', async () => {
    await project.edit('await io.now()', 'process.hrtime()[1]')
    const result = await examine({ name: 'Ada' }, '-o', 'json')
    expect(result.code).toBe(1)
    expect(document(determinismDocumentSchema, result)).toMatchObject({
      verdict: 'different',
      replays: 1,
      differences: [
        {
          kind: 'context_changed',
          stateId: 'greet.main.write',
          pointers: [{ pointer: '/context/greeting/at' }],
        },
      ],
    })
    const text = await examine({ name: 'Ada' })
    expect(text.stdout).toMatch(/^not deterministic /)
    expect(text.stdout).toContain('at /context/greeting/at')
    expect(text.stdout).toMatch(/way out: .*io\.now/)
  })

  it('names a request that is made of what changes from run to run', async () => {
    await project.edit('query: { name }', 'query: { name, at: String(performance.now()) }')
    const result = await examine({ name: 'Ada' }, '-o', 'json')
    expect(document(determinismDocumentSchema, result).differences).toMatchObject([
      { kind: 'missing', stateId: 'greet.main.ask', pointers: [{ pointer: '/request/path' }] },
    ])
  })

  it('takes an input for a workflow alone', async () => {
    const result = await mfm(['doctor', '--input', '1'], { cwd: project.root })
    expect(result.code).toBe(2)
  })
})
