import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArtifactId } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { makeFolder, makeFolders, syncFolder } from './folders.ts'
import { newTemporaryName } from './leftovers.ts'
import { publish } from './publish.ts'
import { writeNewFile } from './stored-file.ts'

/** Says which layout the folder has, and that it is there at all: an unmounted disk leaves an empty folder. */
const MARKER = 'mfm-artifacts.json'
const LAYOUT_VERSION = 1
const TEMPORARY = 'tmp'

/**
 * `ab/cd/abcd…` for the artifact `abcd…`. Names are lower-case hex digits alone, so a file system that folds case or
 * normalises Unicode keeps every two of them apart.
 */
export class Layout {
  readonly root: string
  /** In the same file system as the artifacts, so that a file can be linked from here to there. */
  readonly temporary: string
  readonly #marker: string
  readonly #durable: Map<string, Promise<void>> = new Map()

  constructor(root: string) {
    this.root = root
    this.temporary = join(root, TEMPORARY)
    this.#marker = join(root, MARKER)
  }

  folderOf(id: ArtifactId): string {
    return join(this.root, id.slice(0, 2), id.slice(2, 4))
  }

  fileOf(id: ArtifactId): string {
    return join(this.folderOf(id), id)
  }

  newTemporaryFile(): string {
    return join(this.temporary, newTemporaryName())
  }

  /** Makes the folder of an artifact durable, also where a process made it that ended before it could do so. */
  async makeFolderOf(id: ArtifactId): Promise<void> {
    const parent = join(this.root, id.slice(0, 2))
    await this.#makeDurable(this.root, parent)
    await this.#makeDurable(parent, this.folderOf(id))
  }

  #makeDurable(parent: string, folder: string): Promise<void> {
    const known = this.#durable.get(folder)
    if (known !== undefined) return known
    const making = makeFolder(folder)
      .then(() => syncFolder(parent))
      .catch((error: unknown) => {
        this.#durable.delete(folder)
        throw error
      })
    this.#durable.set(folder, making)
    return making
  }

  /** Somebody else may have removed folders. */
  forget(): void {
    this.#durable.clear()
  }

  /** Makes the folder a store where it is none. */
  async prepare(): Promise<void> {
    await makeFolders(this.root)
    await makeFolder(this.temporary)
    const temporary = this.newTemporaryFile()
    const text = `${JSON.stringify({ layout: LAYOUT_VERSION })}\n`
    await writeNewFile(temporary, Buffer.from(text), undefined)
    await publish(temporary, this.#marker)
    await syncFolder(this.root)
  }

  /** @throws MfmError `store_schema_unsupported`; errors of the file system as they are */
  async requireKnown(): Promise<void> {
    const text = await readFile(this.#marker, 'utf8')
    if (layoutIn(text) === LAYOUT_VERSION) return
    throw new MfmError('store_schema_unsupported', {
      message: `the folder ${this.root} has a layout that this release does not know`,
      details: { path: this.root, supportedVersion: LAYOUT_VERSION },
    })
  }

  /** Fails where the store as a whole is gone, so that its artifacts are not taken for absent. */
  async requireThere(): Promise<void> {
    await access(this.#marker)
  }
}

function layoutIn(text: string): unknown {
  try {
    return Object(JSON.parse(text)).layout
  } catch {
    return undefined
  }
}
