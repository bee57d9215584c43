import { artifactIdOf, canonicalBytes, decodeJsonArtifact } from '@mfm/canonical-json'
import type { JsonValue } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { GoldenContent } from './golden-document.ts'
import { fromReadable, toReadable } from './readable.ts'

/** Longer contents, in bytes, stand in files of their own. */
const INLINE_BYTES = 8192
/** Longer bytes that are no text stand in files of their own. */
const INLINE_HEX = 64

type Extension = 'json' | 'txt' | 'bin'

/** Takes contents into a document, and collects those that go beside it. */
export class ContentWriter {
  /** Name → bytes. */
  readonly files: Map<string, Uint8Array> = new Map()

  /** Bytes that are the canonical form of JSON. */
  json(bytes: Uint8Array): GoldenContent {
    if (bytes.length > INLINE_BYTES) return { file: this.#file(bytes, 'json') }
    return { json: toReadable(decodeJsonArtifact(artifactIdOf(bytes), bytes)) }
  }

  /** A value, and whether it is too large to stand in the document. */
  value(value: JsonValue): { readonly inline: JsonValue } | { readonly file: string } {
    const bytes = canonicalBytes(value)
    return bytes.length > INLINE_BYTES
      ? { file: this.#file(bytes, 'json') }
      : { inline: toReadable(value) }
  }

  bytes(bytes: Uint8Array): GoldenContent {
    const text = textOf(bytes)
    if (text !== undefined && bytes.length <= INLINE_BYTES) return { text: toReadable(text) }
    if (bytes.length <= INLINE_HEX) return this.noise(bytes)
    return { file: this.#file(bytes, text === undefined ? 'bin' : 'txt') }
  }

  /** Bytes that mean nothing as a text, whatever they are. */
  noise(bytes: Uint8Array): GoldenContent {
    return bytes.length > INLINE_BYTES
      ? { file: this.#file(bytes, 'bin') }
      : { hex: Buffer.from(bytes).toString('hex') }
  }

  #file(bytes: Uint8Array, extension: Extension): string {
    const name = `${artifactIdOf(bytes)}.${extension}`
    this.files.set(name, bytes)
    return name
  }
}

/** The bytes of contents, from a document and the files beside it. */
export class ContentReader {
  readonly #files: ReadonlyMap<string, Uint8Array>

  constructor(files: ReadonlyMap<string, Uint8Array>) {
    this.#files = files
  }

  /** @throws MfmError `golden_invalid` */
  bytes(content: GoldenContent): Uint8Array {
    if ('file' in content) return this.file(content.file)
    if ('hex' in content) return Uint8Array.from(Buffer.from(content.hex, 'hex'))
    if ('json' in content) return canonicalBytes(fromReadable(content.json))
    const text = fromReadable(content.text)
    if (typeof text === 'string') return new TextEncoder().encode(text)
    throw new MfmError('golden_invalid', { message: 'a text of a golden file is no text' })
  }

  /** @throws MfmError `golden_invalid` */
  file(name: string): Uint8Array {
    const bytes = this.#files.get(name)
    if (bytes !== undefined && name.startsWith(`${artifactIdOf(bytes)}.`)) return bytes
    const problem = bytes === undefined ? 'is missing' : 'does not hash to its name'
    throw new MfmError('golden_invalid', {
      message: `the file ${name} of a golden run ${problem}`,
      details: { file: name },
    })
  }

  /** @throws MfmError `golden_invalid` */
  json(name: string): JsonValue {
    const bytes = this.file(name)
    return decodeJsonArtifact(artifactIdOf(bytes), bytes)
  }
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
