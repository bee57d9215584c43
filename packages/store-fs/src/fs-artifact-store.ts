import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { failing, newArtifact } from '@mfm/adapter-kit'
import type {
  ArtifactEraser,
  ArtifactId,
  ArtifactKind,
  ArtifactLister,
  ArtifactStore,
  CallOptions,
  ManyReader,
  ManyWriter,
  NewArtifact,
  StoreDescription,
} from '@mfm/core-types'
import { isArtifactId } from '@mfm/core-types'
import { MfmError, parseId } from '@mfm/errors'
import { writeArtifact } from './artifact-writer.ts'
import { syncFolder } from './folders.ts'
import { storeError, systemCode } from './fs-error.ts'
import { Gate } from './gate.ts'
import type { Layout } from './layout.ts'
import type { CheckedOptions } from './options.ts'
import { remove } from './publish.ts'
import { readArtifact } from './stored-file.ts'
import { UnderWay } from './under-way.ts'

const DESCRIPTION: StoreDescription = Object.freeze({
  name: 'store-fs',
  durability: 'disk',
  capabilities: Object.freeze(['getMany', 'putMany', 'erase', 'list'] as const),
})

/** The artifacts in one folder. */
export class FsArtifactStore
  implements ArtifactStore, ManyReader, ManyWriter, ArtifactLister, ArtifactEraser, AsyncDisposable
{
  readonly description: StoreDescription = DESCRIPTION
  readonly #layout: Layout
  readonly #options: CheckedOptions
  readonly #gate: Gate
  readonly #underWay: UnderWay = new UnderWay()
  #closing: Promise<void> | undefined

  constructor(layout: Layout, options: CheckedOptions) {
    this.#layout = layout
    this.#options = options
    this.#gate = new Gate(options.concurrency)
  }

  async put(
    kind: ArtifactKind,
    bytes: Uint8Array,
    { signal }: CallOptions = {},
  ): Promise<ArtifactId> {
    this.#requireOpen(signal)
    const artifact = newArtifact(kind, bytes, this.#options.limits.payloadBytes)
    this.#requireWritable()
    await this.#use(signal, async () => {
      await syncFolder(await writeArtifact(this.#layout, artifact, signal))
    })
    return artifact.id
  }

  async putMany(
    artifacts: readonly { readonly kind: ArtifactKind; readonly bytes: Uint8Array }[],
    { signal }: CallOptions = {},
  ): Promise<readonly ArtifactId[]> {
    this.#requireOpen(signal)
    const given = artifacts.map(({ kind, bytes }) =>
      newArtifact(kind, bytes, this.#options.limits.payloadBytes),
    )
    this.#requireWritable()
    await this.#underWay.track(this.#putAll(given, signal))
    return given.map(({ id }) => id)
  }

  /** With one sync of each folder. */
  async #putAll(given: readonly NewArtifact[], signal: AbortSignal | undefined): Promise<void> {
    const fresh = Array.from(new Map(given.map((artifact) => [artifact.id, artifact])).values())
    const folders = await this.#all(fresh, signal, (artifact) =>
      writeArtifact(this.#layout, artifact, signal),
    )
    await this.#all(Array.from(new Set(folders)), undefined, syncFolder)
  }

  async get(id: ArtifactId, { signal }: CallOptions = {}): Promise<Uint8Array> {
    this.#requireOpen(signal)
    const artifactId = parseId('artifact_id', id)
    const bytes = await this.#use(signal, () => this.#read(artifactId, signal))
    if (bytes !== undefined) return bytes
    throw new MfmError('artifact_not_found', { details: { artifactId: id } })
  }

  async getMany(
    ids: readonly ArtifactId[],
    { signal }: CallOptions = {},
  ): Promise<readonly (Uint8Array | undefined)[]> {
    this.#requireOpen(signal)
    const checked = ids.map((id) => parseId('artifact_id', id))
    return await this.#all(checked, signal, (id) => this.#read(id, signal))
  }

  async exists(id: ArtifactId, { signal }: CallOptions = {}): Promise<boolean> {
    this.#requireOpen(signal)
    const path = this.#layout.fileOf(parseId('artifact_id', id))
    return await this.#use(signal, async () => {
      try {
        await stat(path)
        return true
      } catch (error) {
        if (systemCode(error) !== 'ENOENT') throw error
      }
      await this.#layout.requireThere()
      return false
    })
  }

  async erase(id: ArtifactId, { signal }: CallOptions = {}): Promise<boolean> {
    this.#requireOpen(signal)
    const path = this.#layout.fileOf(parseId('artifact_id', id))
    this.#requireWritable()
    return await this.#use(signal, async () => {
      if (await remove(path)) {
        await syncFolder(dirname(path))
        return true
      }
      await this.#layout.requireThere()
      return false
    })
  }

  list({ signal }: CallOptions = {}): AsyncGenerator<ArtifactId, void> {
    try {
      this.#requireOpen(signal)
      return this.#list(signal)
    } catch (error) {
      return failing(error)
    }
  }

  /** Lets what is under way finish. */
  close(): Promise<void> {
    this.#closing ??= this.#underWay.settled()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #read(id: ArtifactId, signal: AbortSignal | undefined): Promise<Uint8Array | undefined> {
    const bytes = await readArtifact(this.#layout.fileOf(id), id, { signal })
    if (bytes === undefined) await this.#layout.requireThere()
    return bytes
  }

  async *#list(signal: AbortSignal | undefined): AsyncGenerator<ArtifactId, void> {
    await this.#use(signal, () => this.#layout.requireThere())
    for (const first of (await this.#names([], signal)).filter(isFanOut)) {
      for (const second of (await this.#names([first], signal)).filter(isFanOut)) {
        const names = await this.#names([first, second], signal)
        const ids = names.filter(isArtifactId).filter((id) => id.startsWith(first + second))
        for (const id of ids) {
          this.#requireOpen(signal)
          yield id
        }
      }
    }
  }

  /** None in a folder that went, or where a file of another program lies. */
  async #names(
    folder: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<readonly string[]> {
    this.#requireOpen(signal)
    return await this.#use(signal, async () => {
      try {
        return await readdir(join(this.#layout.root, ...folder))
      } catch (error) {
        if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return []
        throw error
      }
    })
  }

  /** Does the work for every item, as many at once as there is room; waits for all before it fails. */
  async #all<T, R>(
    items: readonly T[],
    signal: AbortSignal | undefined,
    work: (item: T) => Promise<R>,
  ): Promise<R[]> {
    const using = items.map((item) => this.#use(signal, () => work(item)))
    await Promise.allSettled(using)
    return await Promise.all(using)
  }

  async #use<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    try {
      return await this.#underWay.track(this.#gate.pass(signal, work))
    } catch (error) {
      throw storeError(error, this.#layout.root, signal)
    }
  }

  #requireOpen(signal: AbortSignal | undefined): void {
    if (this.#closing !== undefined) throw new MfmError('store_closed')
    signal?.throwIfAborted()
  }

  #requireWritable(): void {
    if (!this.#options.readOnly) return
    throw new MfmError('store_unavailable', { message: 'the store was opened to read only' })
  }
}

function isFanOut(name: string): boolean {
  return /^[0-9a-f]{2}$/.test(name)
}
