import { mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const WORKFLOW = 'greet.workflow.ts'

const FIXTURE = new URL('./fixtures/greet.workflow.ts', import.meta.url)
const PACKAGES = fileURLToPath(new URL('../node_modules', import.meta.url))

/** A folder with the fixture workflow, which finds the packages as an installed project would. */
export class TemporaryProject implements AsyncDisposable {
  readonly root: string

  private constructor(root: string) {
    this.root = root
  }

  static async create(): Promise<TemporaryProject> {
    const project = new TemporaryProject(await realpath(await mkdtemp(join(tmpdir(), 'mfm-e2e-'))))
    await symlink(PACKAGES, join(project.root, 'node_modules'))
    await project.put('package.json', '{"type":"module"}')
    await project.put(WORKFLOW, await readFile(FIXTURE, 'utf8'))
    return project
  }

  async put(path: string, text: string): Promise<void> {
    await writeFile(join(this.root, path), text)
  }

  /** Edits the workflow as its author might between two commands. */
  async edit(before: string, after: string): Promise<void> {
    const text = await readFile(join(this.root, WORKFLOW), 'utf8')
    if (!text.includes(before)) throw new Error(`the workflow does not say ${before}`)
    await this.put(WORKFLOW, text.replace(before, after))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.root, { recursive: true })
  }
}
