import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { hasCode } from '@mfm/errors'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findWorkflow } from './find-workflow.ts'
import { findProject } from './project.ts'
import { provenanceOf } from './provenance.ts'

let root = ''

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'mfm-project-')))
})
afterEach(async () => {
  await rm(root, { recursive: true })
})

async function put(path: string, text: string): Promise<string> {
  const file = join(root, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
  return file
}

const refusal = async (action: () => unknown): Promise<unknown> => {
  try {
    await action()
    return undefined
  } catch (error) {
    return error
  }
}

describe('a project', () => {
  it('is the nearest folder upwards that is configured', async () => {
    await put('mfm.config.json', '{"store":"sqlite:x.db"}')
    const file = await put('a/b/c.txt', '')
    await put('a/.git/HEAD', '')
    expect(await findProject(dirname(file))).toEqual({ root, config: { store: 'sqlite:x.db' } })
  })

  it('is the checkout, where nothing is configured', async () => {
    await put('.git/HEAD', '')
    const file = await put('a/b/c.txt', '')
    expect(await findProject(dirname(file))).toEqual({ root, config: {} })
  })

  it.each([
    ['an unknown member', '{"stores":"x"}'],
    ['a member twice', '{"store":"a","store":"b"}'],
    ['a wrong type', '{"workflows":{"a":1}}'],
    ['a name that looks like a file', '{"workflows":{"a.ts":"b.ts"}}'],
    ['no JSON', '{'],
  ])('is refused with %s', async (_what, text) => {
    await put('mfm.config.json', text)
    expect(hasCode(await refusal(() => findProject(root)), 'invalid_option')).toBe(true)
  })
})

describe('a workflow', () => {
  it('is found by name from anywhere, and remembered by its name', async () => {
    const file = await put('src/audit.workflow.ts', '')
    const project = { root, config: { workflows: { audit: 'src/audit.workflow.ts' } } }
    expect(findWorkflow(project, '/', 'audit')).toEqual({ file, recorded: 'audit' })
  })

  it('is found by file, and remembered by its path in the project', async () => {
    const file = await put('src/audit.workflow.ts', '')
    const project = { root, config: {} }
    const place = { file, recorded: 'src/audit.workflow.ts' }
    expect(findWorkflow(project, join(root, 'src'), 'audit.workflow.ts')).toEqual(place)
    expect(findWorkflow(project, '/', file)).toEqual(place)
  })

  it.each(['nope', './nope.ts', 'constructor', 'src'])('is not %s', async (given) => {
    await put('src/x.ts', '')
    const project = { root, config: { workflows: { audit: 'a.ts' } } }
    const error = await refusal(() => findWorkflow(project, root, given))
    expect(hasCode(error, 'workflow_not_found')).toBe(true)
    expect(error).toMatchObject({ details: { names: ['audit'] } })
  })
})

describe('the provenance of a run', () => {
  const COMMIT = 'c'.repeat(40)
  const place = { file: '/x', recorded: 'x.ts' }
  const revision = async (): Promise<string | null> =>
    (await provenanceOf({ root, config: {} }, place)).sourceRevision

  it('names the code, the lock file, the runtime and the platform', async () => {
    await put('yarn.lock', '')
    expect(await provenanceOf({ root, config: {} }, place)).toEqual({
      sourceRevision: null,
      lockfileDigest: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      runtime: `node ${process.versions.node}`,
      platform: `${process.platform}-${process.arch}`,
      workflow: 'x.ts',
    })
  })

  it('reads the commit of a branch', async () => {
    await put('.git/HEAD', 'ref: refs/heads/main\n')
    await put('.git/refs/heads/main', `${COMMIT}\n`)
    expect(await revision()).toBe(COMMIT)
  })

  it('reads the commit of a branch that is packed', async () => {
    await put('.git/HEAD', 'ref: refs/heads/main\n')
    await put(
      '.git/packed-refs',
      `# pack-refs\n${'d'.repeat(40)} refs/heads/xmain\n${COMMIT} refs/heads/main\n`,
    )
    expect(await revision()).toBe(COMMIT)
  })

  it('reads a detached head', async () => {
    await put('.git/HEAD', `${COMMIT}\n`)
    expect(await revision()).toBe(COMMIT)
  })

  it('reads the head of a worktree, whose branches are elsewhere', async () => {
    await put('.git', 'gitdir: real/worktrees/w\n')
    await put('real/worktrees/w/HEAD', 'ref: refs/heads/w\n')
    await put('real/worktrees/w/commondir', '../..\n')
    await put('real/refs/heads/w', COMMIT)
    expect(await revision()).toBe(COMMIT)
  })

  it('is unknown in a checkout without a commit', async () => {
    await put('.git/HEAD', 'ref: refs/heads/main\n')
    expect(await revision()).toBeNull()
  })
})
