import { artifactIdOf } from '@mfm/canonical-json'
import type { RunId } from '@mfm/core-types'
import { isMfmError, MfmError } from '@mfm/errors'
import { ByteReader } from './container/byte-reader.ts'
import type { EntryHeader } from './container/entry-header.ts'
import { EntryReader } from './container/entry-reader.ts'
import { DocumentWalk } from './document-walk.ts'
import type { EventLine } from './event-line.ts'
import { decodeLine } from './event-line.ts'
import type { DocumentReference } from './format.ts'
import { documentName, eventsName, MANIFEST_NAME } from './format.ts'
import type { BundleLimits, GivenLimits } from './limits.ts'
import { limitsFrom } from './limits.ts'
import { linesOf } from './lines.ts'
import type { BundledRun, BundleManifest, OmittedDocument } from './manifest.ts'
import { decodeManifest } from './manifest.ts'
import { invalidBundle, tooLarge } from './problem.ts'
import { RootDigest } from './root-digest.ts'
import type { StreamHead } from './stream-check.ts'
import { StreamCheck } from './stream-check.ts'

export interface ReadBundleRequest {
  /** The bytes of the bundle. Not read further than its end, and let go however the reading ends. */
  readonly source: AsyncIterable<Uint8Array>
  readonly limits?: GivenLimits | undefined
  readonly signal?: AbortSignal | undefined
}

/** What a bundle holds, in its order. Bytes are valid until the next item is asked for. */
export type BundleItem =
  | { readonly type: 'manifest'; readonly manifest: BundleManifest }
  | ({ readonly type: 'event'; readonly runId: RunId } & EventLine)
  | {
      readonly type: 'document'
      readonly reference: DocumentReference
      readonly bytes: Uint8Array
    }
  | { readonly type: 'omitted'; readonly omitted: OmittedDocument & { readonly runId: RunId } }

/**
 * Reads a bundle that nobody trusts, item by item. What it has given was good as far as it goes; **the whole is good
 * when the iteration ends without an error**, and not before.
 *
 * @throws MfmError `bundle_invalid` with `details.problem`, `bundle_version_unsupported`, `bundle_too_large`,
 * `bundle_incomplete`, `event_unknown`, `invalid_option`; what the source throws; `signal.reason`
 */
export async function* readBundle(request: ReadBundleRequest): AsyncGenerator<BundleItem> {
  const limits = limitsFrom(request.limits)
  const bytes = new ByteReader(request.source, limits.totalBytes, request.signal)
  try {
    yield* new BundleReader(new EntryReader(bytes), limits).items()
  } finally {
    await bytes.close()
  }
}

class BundleReader {
  readonly #entries: EntryReader
  readonly #limits: BundleLimits
  readonly #root = new RootDigest()
  #eventCount = 0
  readonly #walk = new DocumentWalk((size) => this.#count(size))

  constructor(entries: EntryReader, limits: BundleLimits) {
    this.#entries = entries
    this.#limits = limits
  }

  async *items(): AsyncGenerator<BundleItem> {
    const manifest = await this.#manifest()
    yield { type: 'manifest', manifest }
    for (const run of manifest.runs) yield* this.#events(run)
    yield* this.#documents(manifest)
    const extra = await this.#entries.next()
    if (extra !== undefined) throw unexpected('the end of the bundle', extra)
    if (this.#root.end() === manifest.root) return
    throw invalidBundle('root', {
      message: 'the content of the bundle has another digest than its manifest names',
    })
  }

  async #manifest(): Promise<BundleManifest> {
    const entry = await this.#entries.next()
    if (entry?.name !== MANIFEST_NAME) throw unexpected(MANIFEST_NAME, entry)
    const manifest = decodeManifest(await this.#content(entry))
    const { runs } = manifest
    if (runs.length > this.#limits.runs) throw tooLarge('runs', this.#limits.runs, runs.length)
    return manifest
  }

  async *#events(run: BundledRun): AsyncGenerator<BundleItem> {
    const name = eventsName(run.runId)
    const entry = await this.#entries.next()
    if (entry?.name !== name || entry.size !== run.bytes) throw unexpected(name, entry)
    const check = new StreamCheck(run.runId)
    const lines = linesOf(this.#entries.portions(entry), this.#limits.eventBytes)
    for await (const text of lines) {
      const line = decodeLine(text, run.runId, check.nextSeq)
      check.next(line)
      this.#eventCount += 1
      this.#walk.addEvent(line.envelope)
      yield { type: 'event', runId: run.runId, ...line }
    }
    requireHead(run, check.head())
    this.#root.addRun(run)
  }

  async *#documents({ omitted, documents }: BundleManifest): AsyncGenerator<BundleItem> {
    const left = [...omitted].reverse()
    const found = { count: 0, bytes: 0 }
    const walked = this.#walk.documents(async (reference) =>
      isSame(left.at(-1), reference) ? undefined : await this.#document(reference),
    )
    for await (const { reference, bytes } of asBundleProblem(walked)) {
      const absent = bytes === undefined ? left.pop() : undefined
      this.#root.addDocument(reference, bytes?.length ?? absent?.bytes ?? 0)
      if (absent !== undefined) {
        yield { type: 'omitted', omitted: { ...absent, runId: reference.runId } }
      } else if (bytes !== undefined) {
        found.count += 1
        found.bytes += bytes.length
        yield { type: 'document', reference, bytes }
      }
    }
    requireEmpty(left)
    if (found.count === documents.count && found.bytes === documents.bytes) return
    throw invalidBundle('count', {
      message: 'the bundle holds another number of documents, or of their bytes, than it says',
      details: found,
    })
  }

  async #document(reference: DocumentReference): Promise<Uint8Array> {
    const { kind, id, runId } = reference
    const entry = await this.#entries.next()
    if (entry === undefined) {
      throw new MfmError('bundle_incomplete', {
        message: `the bundle ends before the document ${kind} ${id}, which run ${runId} reaches`,
        details: { missing: [{ runId, kind, id }] },
      })
    }
    if (entry.name !== documentName(reference)) throw unexpected(documentName(reference), entry)
    const bytes = await this.#content(entry)
    const actual = artifactIdOf(bytes)
    if (actual === id) return bytes
    throw invalidBundle('document_digest', {
      message: `the bytes of the document ${kind} ${id} hash to ${actual}`,
      details: { runId, kind, id, actual },
    })
  }

  async #content(entry: EntryHeader): Promise<Uint8Array> {
    const { documentBytes } = this.#limits
    if (entry.size > documentBytes) throw tooLarge('documentBytes', documentBytes, entry.size)
    return await this.#entries.content(entry)
  }

  #count(reached: number): void {
    const found = this.#eventCount + reached
    if (found > this.#limits.entries) throw tooLarge('entries', this.#limits.entries, found)
  }
}

function isSame(omitted: OmittedDocument | undefined, { kind, id }: DocumentReference): boolean {
  return omitted !== undefined && omitted.kind === kind && omitted.id === id
}

function requireEmpty([first]: readonly OmittedDocument[]): void {
  if (first === undefined) return
  throw invalidBundle('omission', {
    message: `the ${first.kind} ${first.id} is named as left out where no run has it`,
    details: { kind: first.kind, id: first.id },
  })
}

function requireHead({ runId, headSeq, headDigest }: BundledRun, found: StreamHead): void {
  if (found.headSeq === headSeq && found.headDigest === headDigest) return
  throw invalidBundle('event_head', {
    message: `the events of run ${runId} do not end with what the manifest names`,
    details: { runId, headSeq, found: found.headSeq },
  })
}

/** A document that is not what its kind demands was damaged before it was bundled, or made up. */
async function* asBundleProblem<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* items
  } catch (cause) {
    if (!isMfmError(cause) || !DECODE_CODES.has(cause.code)) throw cause
    const { message, details } = cause
    throw invalidBundle('document_decode', { message, details: details ?? {}, cause })
  }
}

const DECODE_CODES: ReadonlySet<string> = new Set([
  'artifact_decode_failed',
  'artifact_not_canonical',
])

function unexpected(expected: string, found: EntryHeader | undefined): Error {
  const name = found?.name ?? null
  return invalidBundle('entry_unexpected', {
    message: `expected ${expected}, found ${name === null ? 'the end of the bundle' : `${name} of ${found?.size} bytes`}`,
    details: { expected, found: name },
  })
}
