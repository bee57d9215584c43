import type { ArtifactId, NewArtifact } from '@mfm/core-types'
import { isArtifactId } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { Signal } from './link.ts'
import { Parts, uploadOf } from './parts.ts'
import type { SubjectLog } from './subject-log.ts'

/** Artifacts as messages under `<prefix>.artifacts.<id>`, one to a subject. */
export class ArtifactDriver {
  readonly #log: SubjectLog
  readonly #parts: Parts
  readonly #prefix: string

  constructor(log: SubjectLog, prefix: string, partBytes: number) {
    this.#log = log
    this.#parts = new Parts(log, partBytes)
    this.#prefix = `${prefix}.artifacts`
  }

  /** Stores bytes where nothing is stored; gives `false`, and changes nothing, where something is. */
  async create({ id, bytes }: NewArtifact, signal: Signal): Promise<boolean> {
    const subject = this.#subject(id)
    // Many are stored already, and a large one is not sent for nothing.
    if (await this.has(id, signal)) return false
    const body = { base: this.#subject(id), body: bytes }
    const seq = await this.#parts.carry(signal, body, (carried, unless) =>
      this.#log.add(unless, { subject, after: 0, ...carried }),
    )
    return seq !== undefined
  }

  /**
   * The bytes in a buffer of their own, as they are stored; `undefined` where there are none.
   *
   * @throws MfmError `artifact_corruption` where a part of a large one is missing
   */
  async read(id: ArtifactId, signal: Signal): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const message = await this.#log.only(signal, this.#subject(id))
    if (message === undefined) return undefined
    const whole = await this.#parts.whole(signal, this.#subject(id), message)
    if (whole !== undefined) return whole
    throw new MfmError('artifact_corruption', {
      message: `a part of artifact ${id} is missing`,
      details: { artifactId: id, expected: id, actual: null },
    })
  }

  async has(id: ArtifactId, signal: Signal): Promise<boolean> {
    // The body of a message comes with it; its subject alone does not.
    return (await this.#log.subjects(signal, this.#subject(id))).length > 0
  }

  async erase(id: ArtifactId, signal: Signal): Promise<boolean> {
    const subject = this.#subject(id)
    const message = await this.#log.last(signal, subject)
    if (message === undefined) return false
    await this.#log.purge(signal, subject)
    const upload = uploadOf(message)
    if (upload !== undefined) await this.#log.purge(signal, `${subject}.${upload}.*`)
    return true
  }

  async list(signal: Signal): Promise<readonly ArtifactId[]> {
    const subjects = await this.#log.subjects(signal, `${this.#prefix}.*`)
    return subjects.map((subject) => subject.slice(this.#prefix.length + 1)).filter(isArtifactId)
  }

  async sweep(olderThanMillis: number): Promise<void> {
    await this.#parts.sweep(`${this.#prefix}.*.*.*`, olderThanMillis, async (base, upload) => {
      const message = await this.#log.last(undefined, base)
      return message !== undefined && uploadOf(message) === upload
    })
  }

  #subject(id: ArtifactId): string {
    return `${this.#prefix}.${id}`
  }
}
