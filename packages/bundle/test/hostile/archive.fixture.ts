import { canonicalize, parseJson, sha256 } from '@mfm/canonical-json'
import type { JsonValue } from '@mfm/core-types'

/** An entry as an attacker writes it: any name, any content, and a size that may lie. */
export interface Entry {
  readonly name: string
  readonly content: Buffer
  readonly size?: number
}

const BLOCK = 512

/** A second implementation of the container, which writes what the first refuses. */
export function archive(
  entries: readonly Entry[],
  ending: Uint8Array = Buffer.alloc(1024),
): Buffer {
  const parts = entries.flatMap(({ name, content, size = content.length }) => [
    header(name, size),
    content,
    Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK),
  ])
  return Buffer.concat([...parts, ending])
}

export function header(name: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK)
  block.write(name.slice(0, 100), 0, 'latin1')
  block.write('0000644\x000000000\x000000000\0', 100, 'latin1')
  block.write(
    `${size.toString(8).padStart(11, '0').slice(-11)}\x0000000000000\0        0`,
    124,
    'latin1',
  )
  block.write('ustar\x0000', 257, 'latin1')
  block.write('0000000\x000000000\0', 329, 'latin1')
  return withChecksum(block)
}

export function withChecksum(block: Buffer): Buffer {
  block.fill(' ', 148, 156)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}

export function entriesOf(bundle: Buffer): Entry[] {
  const entries: Entry[] = []
  for (let at = 0; bundle[at] !== 0; ) {
    const name = bundle.toString('latin1', at, bundle.indexOf(0, at))
    const size = Number.parseInt(bundle.toString('latin1', at + 124, at + 135), 8)
    entries.push({ name, content: bundle.subarray(at + BLOCK, at + BLOCK + size) })
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
  return entries
}

export function jsonOf(content: Uint8Array): JsonValue {
  return parseJson(content, { integers: 'bigint' })
}

export function eventLines({ content }: Entry): string[] {
  return content.toString('utf8').split('\n').slice(0, -1)
}

/** The lines with numbers and links put right, as an attacker does who changed one. */
export function relinked(lines: readonly string[]): Buffer {
  let prev: string | null = null
  const texts = lines.map((line, index) => {
    const envelope = Object.assign({}, Object(jsonOf(Buffer.from(line))))
    const text: string = canonicalize({ ...envelope, seq: index + 1, prev })
    prev = sha256(text)
    return `${text}\n`
  })
  return Buffer.from(texts.join(''))
}

/** The entries with a manifest that fits them in every number and digest. */
export function resealed([first, ...rest]: readonly Entry[]): Entry[] {
  if (first === undefined) return []
  const manifest: Record<string, unknown> = { ...Object(jsonOf(first.content)) }
  const runs = rest.filter(({ name }) => name.startsWith('runs/'))
  const documents = rest.filter(({ name }) => name.startsWith('documents/'))
  manifest['runs'] = runs.map((entry) => {
    const lines = eventLines(entry)
    return {
      runId: entry.name.slice(5, -6),
      headSeq: lines.length,
      headDigest: sha256(lines.at(-1) ?? ''),
      bytes: entry.content.length,
    }
  })
  manifest['documents'] = {
    count: documents.length,
    bytes: documents.reduce((sum, { content }) => sum + content.length, 0),
  }
  manifest['root'] = sha256(
    [
      'mfm-run-bundle 1\n',
      ...Object(manifest['runs']).map(
        (run: { runId: string; headSeq: number; headDigest: string }) =>
          `run ${run.runId} ${run.headSeq} ${run.headDigest}\n`,
      ),
      ...documents.map(
        ({ name, content }) => `document ${name.split('/').slice(1).join(' ')} ${content.length}\n`,
      ),
    ].join(''),
  )
  return [{ name: first.name, content: Buffer.from(canonicalize(manifest)) }, ...rest]
}
