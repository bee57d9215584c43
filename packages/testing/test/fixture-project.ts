import { spawn } from 'node:child_process'
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const FIXTURE = fileURLToPath(new URL('./fixture', import.meta.url))
const PACKAGE = fileURLToPath(new URL('..', import.meta.url))
const PACKAGES = join(PACKAGE, 'node_modules')
const VITEST = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url))

export interface VitestResult {
  readonly code: number | null
  /** What the user sees, both streams. */
  readonly output: string
}

/** A project of somebody who tests with golden runs: its own folder, its own vitest process. */
export class FixtureProject implements AsyncDisposable {
  readonly root: string

  private constructor(root: string) {
    this.root = root
  }

  static async create(from: string = FIXTURE): Promise<FixtureProject> {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'mfm-golden-')))
    const isSource = (path: string): boolean => basename(path) !== 'node_modules'
    await cp(from, root, { recursive: true, filter: isSource })
    await writeFile(join(root, 'package.json'), '{ "type": "module" }\n')
    await linkPackages(join(root, 'node_modules'))
    return new FixtureProject(root)
  }

  /** Runs the tests of one file. */
  async vitest(
    file: string,
    env: Readonly<Record<string, string>>,
    ...args: readonly string[]
  ): Promise<VitestResult> {
    const child = spawn(process.execPath, [VITEST, 'run', file, '--root', this.root, ...args], {
      cwd: this.root,
      env: { PATH: process.env['PATH'] ?? '', HOME: this.root, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
    return { code, output: Buffer.concat(chunks).toString('utf8') }
  }

  async read(path: string): Promise<string> {
    return await readFile(join(this.root, path), 'utf8')
  }

  async edit(path: string, before: string, after: string): Promise<void> {
    const text = await this.read(path)
    if (!text.includes(before)) throw new Error(`${path} does not say ${before}`)
    await writeFile(join(this.root, path), text.replace(before, after))
  }

  /** Every golden file with its bytes. */
  async golden(): Promise<Readonly<Record<string, string>>> {
    const folder = join(this.root, '__golden__')
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
    const files = entries.filter((entry) => entry.isFile())
    const contents = await Promise.all(
      files.map(async ({ parentPath, name }) => {
        const path = join(parentPath, name)
        return [path.slice(folder.length + 1), await readFile(path, 'base64')] as const
      }),
    )
    return Object.fromEntries(contents.sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.root, { recursive: true })
  }
}

/** The packages that this one uses, and itself, as an install would have put them. */
async function linkPackages(folder: string): Promise<void> {
  await mkdir(join(folder, '@mfm'), { recursive: true })
  const names = [...(await namesIn(PACKAGES)), ...(await namesIn(PACKAGES, '@mfm'))]
  for (const name of names) await symlink(join(PACKAGES, name), join(folder, name))
  await symlink(PACKAGE, join(folder, '@mfm/testing'))
}

async function namesIn(folder: string, scope = ''): Promise<readonly string[]> {
  const names = await readdir(join(folder, scope))
  return names.filter((name) => /^[a-z]/.test(name)).map((name) => join(scope, name))
}
