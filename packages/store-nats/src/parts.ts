import { MfmError } from '@mfm/errors'
import { nuid } from '@nats-io/transport-node'
import type { Signal } from './link.ts'
import { unlessAborted } from './link.ts'
import type { SubjectLog } from './subject-log.ts'

/** Where the parts of a body are, in the headers of the message that stands for it. */
const UPLOAD = 'Mfm-Upload'
const COUNT = 'Mfm-Parts'
/** Parts in flight at once. */
const WINDOW = 8

/** A body as its message carries it: itself, or its first part with headers that name the others. */
export interface Carried {
  readonly body: Uint8Array
  readonly headers: Readonly<Record<string, string>>
}

interface Headers {
  get(name: string): string
}

/**
 * Bodies that are longer than a message may be. Their parts have subjects of their own, `<base>.<upload>.<n>`, so nobody
 * ever sees them before the message that names them is there, and two uploads of one body do not meet.
 */
export class Parts {
  readonly #log: SubjectLog
  readonly #partBytes: number

  constructor(log: SubjectLog, partBytes: number) {
    this.#log = log
    this.#partBytes = partBytes
  }

  /**
   * Stores what does not fit, lets somebody add the message, and takes the parts away again where that is refused.
   *
   * @param add gets the signal where it may be given up: a message that names parts is either added or known not to be
   */
  async carry<T>(
    signal: Signal,
    { base, body }: { readonly base: string; readonly body: Uint8Array },
    add: (carried: Carried, signal: Signal) => Promise<T | undefined>,
  ): Promise<T | undefined> {
    if (body.length <= this.#partBytes) return await add({ body, headers: {} }, signal)
    const count = Math.ceil(body.length / this.#partBytes)
    const upload = `${Date.now().toString(36)}-${nuid.next()}`
    try {
      await inWindows(count - 1, async (index) => {
        const part = body.subarray((index + 1) * this.#partBytes, (index + 2) * this.#partBytes)
        await this.#log.add(signal, { subject: `${base}.${upload}.${index}`, body: part, after: 0 })
      })
    } catch (error) {
      this.#remove(`${base}.${upload}.*`)
      throw error
    }
    const headers = { [UPLOAD]: upload, [COUNT]: String(count - 1) }
    const first = body.subarray(0, this.#partBytes)
    const adding = add({ body: first, headers }, undefined).then((added) => {
      if (added === undefined) this.#remove(`${base}.${upload}.*`)
      return added
    })
    return await unlessAborted(signal, adding)
  }

  /** The body of a message in a buffer of its own; `undefined` where a part is missing. */
  async whole(
    signal: Signal,
    base: string,
    message: { readonly header: Headers; readonly data: Uint8Array },
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const upload = uploadOf(message)
    if (upload === undefined) return Uint8Array.from(message.data)
    const count = Number(message.header.get(COUNT))
    const parts: Uint8Array[] = [message.data]
    await inWindows(count, async (index) => {
      const part = await this.#log.only(signal, `${base}.${upload}.${index}`)
      if (part !== undefined) parts[index + 1] = part.data
    })
    const found = parts.filter((part) => part !== undefined) // a list may have holes
    return found.length > count ? joined(found) : undefined
  }

  /** Removes parts that are as old as that and belong to no message, as a process leaves them that was killed. */
  async sweep(
    parts: string,
    olderThanMillis: number,
    isNamed: (base: string, upload: string) => Promise<boolean>,
  ): Promise<void> {
    const uploads = new Set(
      (await this.#log.subjects(undefined, parts)).map((subject) =>
        subject.slice(0, subject.lastIndexOf('.')),
      ),
    )
    for (const place of uploads) {
      const [base, upload] = splitLast(place)
      const began = Number.parseInt(upload, 36)
      if (began > Date.now() - olderThanMillis || (await isNamed(base, upload))) continue
      await this.#log.purge(undefined, `${place}.*`)
    }
  }

  /** Nobody waits for it; what cannot be taken away now is swept later. */
  #remove(filter: string): void {
    this.#log.purge(undefined, filter).catch(() => undefined)
  }
}

/** The upload that a message names, if it does. */
export function uploadOf(message: { readonly header: Headers }): string | undefined {
  const upload = message.header.get(UPLOAD)
  return upload === '' ? undefined : upload
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    body.set(part, at)
    at += part.length
  }
  return body
}

function splitLast(subject: string): readonly [string, string] {
  const at = subject.lastIndexOf('.')
  if (at === -1) throw new MfmError('store_failed')
  return [subject.slice(0, at), subject.slice(at + 1)]
}

/** Works on 0 to count - 1, a few at once; waits for all that began before it fails. */
export async function inWindows(
  count: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) await work(next++)
  }
  const lanes = Array.from({ length: Math.min(WINDOW, count) }, lane)
  const failure = (await Promise.allSettled(lanes)).find(({ status }) => status === 'rejected')
  if (failure?.status === 'rejected') throw failure.reason
}
