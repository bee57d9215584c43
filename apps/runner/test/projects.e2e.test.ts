import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { runDetailsDocumentSchema, runDocumentSchema } from '@mfm/runner'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Greeter } from './greeter.ts'
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

describe('a configured project', () => {
  it('gives workflows names, keeps runs in one place, and knows its servers', async () => {
    await project.put(
      'mfm.config.json',
      JSON.stringify({
        workflows: { greet: WORKFLOW },
        store: 'sqlite:data/runs.db',
        endpoints: { greeter: greeter.address },
      }),
    )
    const cwd = join(project.root, 'deep')
    await mkdir(cwd)
    const started = await mfm(['run', 'greet', '--input-file', '-', '-o', 'json'], {
      cwd,
      stdin: '{"name":"Ada"}',
    })
    const { runId } = document(runDocumentSchema, started)
    expect(existsSync(join(project.root, 'data/runs.db'))).toBe(true)
    expect(existsSync(join(cwd, '.mfm'))).toBe(false)
    const shown = await mfm(['show', runId, '-o', 'json'], { cwd: project.root })
    const details = document(runDetailsDocumentSchema, shown)
    expect(details.workflow?.provenance.workflow).toBe('greet')
    expect((await mfm(['verify', runId], { cwd })).code).toBe(0)
  })

  it('is overruled by the environment, and that by an option', async () => {
    await project.put('mfm.config.json', '{"store":"sqlite:from-config.db"}')
    const env = { MFM_STORE: 'sqlite:from-env.db', MFM_ENDPOINT_GREETER: greeter.address }
    const args = ['run', WORKFLOW, '--input', '{"name":"Ada"}']
    await mfm(args, { cwd: project.root, env })
    await mfm([...args, '--store', 'sqlite:from-flag.db'], { cwd: project.root, env })
    const made = ['from-config.db', 'from-env.db', 'from-flag.db'].map((name) =>
      existsSync(join(project.root, name)),
    )
    expect(made).toEqual([false, true, true])
  })
})

describe('endpoints of a workflow file', () => {
  it('are asked for by a live run, and never by a replay', async () => {
    await project.edit(
      'export default',
      `export const endpoints = {
  greeter: () => {
    if (process.env['NO_ENDPOINT']) throw new Error('asked')
    return '${greeter.address}'
  },
}
export default`,
    )
    const started = await mfm(['run', WORKFLOW, '--input', '{"name":"Ada"}', '-o', 'json'], {
      cwd: project.root,
    })
    const { runId, phase } = document(runDocumentSchema, started)
    expect(phase).toBe('completed')
    const env = { NO_ENDPOINT: '1' }
    expect((await mfm(['verify', runId], { cwd: project.root, env })).code).toBe(0)
  })

  it('give way to the configuration, and that to the environment', async () => {
    const dead = 'http://127.0.0.1:1'
    await project.edit(
      'export default',
      `export const endpoints = { greeter: '${dead}' }\nexport default`,
    )
    const phaseWith = async (env: Readonly<Record<string, string>>): Promise<string> => {
      const args = ['run', WORKFLOW, '--input', '{"name":"Ada"}', '-o', 'json']
      return document(runDocumentSchema, await mfm(args, { cwd: project.root, env })).phase
    }
    expect(await phaseWith({ MFM_ENDPOINT_GREETER: greeter.address })).toBe('completed')
    expect(await phaseWith({})).toBe('failed')
    await project.put(
      'mfm.config.json',
      JSON.stringify({ endpoints: { greeter: greeter.address } }),
    )
    expect(await phaseWith({})).toBe('completed')
    expect(await phaseWith({ MFM_ENDPOINT_GREETER: dead })).toBe('failed')
  })
})

describe('a run in memory', () => {
  it('leaves nothing behind and proposes nothing', async () => {
    const { code, stdout, stderr } = await mfm(
      ['run', WORKFLOW, '--input', '{"name":"Ada"}', '--store', 'memory:'],
      { cwd: project.root, env: { MFM_ENDPOINT_GREETER: greeter.address } },
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('hello Ada')
    expect(existsSync(join(project.root, '.mfm'))).toBe(false)
  })
})
