import { gzipSync } from 'node:zlib'
import { canonicalize, sha256 } from '@mfm/canonical-json'
import type { JsonObject } from '@mfm/core-types'
import { openMemoryStores } from '@mfm/store-memory'
import { beforeAll, describe, expect, it } from 'vitest'
import { exportBundle, importBundle } from '../../src/index.ts'
import { bytesOf, importInto, portions, RUN, record } from '../runs.fixture.ts'
import type { Entry } from './archive.fixture.ts'
import {
  archive,
  entriesOf,
  eventLines,
  header,
  jsonOf,
  relinked,
  resealed,
  withChecksum,
} from './archive.fixture.ts'

let bundle: Buffer = Buffer.of()
let entries: Entry[] = []
let manifest: JsonObject = {}

beforeAll(async () => {
  const stores = openMemoryStores()
  await record(stores)
  bundle = await bytesOf((await exportBundle({ stores, runIds: [RUN] })).bytes)
  entries = entriesOf(bundle)
  manifest = Object(jsonOf(entries[0]?.content ?? Buffer.of()))
})

/** Refused with this error, and nothing of the run is there. */
async function refused(bytes: Uint8Array, error: object, limits = {}): Promise<void> {
  const target = openMemoryStores()
  await expect(importInto(target, bytes, limits)).rejects.toMatchObject(error)
  expect(await target.events.listRuns()).toMatchObject({ items: [] })
}

const invalid = (problem: string, details: object = {}): object => ({
  code: 'bundle_invalid',
  details: { problem, ...details },
})

function withManifest(change: object, rest: readonly Entry[] = entries.slice(1)): Buffer {
  const content = Buffer.from(canonicalize({ ...manifest, ...change }))
  return archive([{ name: 'manifest.json', content }, ...rest])
}

function withLines(change: (lines: string[]) => readonly string[]): Buffer {
  const changed = entries.map((entry) =>
    entry.name.startsWith('runs/')
      ? { ...entry, content: relinked(change(eventLines(entry))) }
      : entry,
  )
  return archive(resealed(changed))
}

const indexOf = (kind: string): number => entries.findIndex(({ name }) => name.includes(kind))

it('writes the archive as the tests understand it', () => {
  expect(archive(entries).equals(bundle)).toBe(true)
  expect(archive(resealed(entries)).equals(bundle)).toBe(true)
  expect(withLines((lines) => lines).equals(bundle)).toBe(true)
})

describe('a container that is not ours', () => {
  it.each([
    ['an empty file', () => Buffer.of(), 'truncated'],
    ['noise', () => Buffer.alloc(4096, 'noise'), 'not_a_bundle'],
    ['zeros', () => Buffer.alloc(4096), 'not_a_bundle'],
    ['a packed bundle', () => gzipSync(bundle), 'not_a_bundle'],
    ['a bundle without its end', () => bundle.subarray(0, -1024), 'truncated'],
    ['a bundle with half its end', () => bundle.subarray(0, -512), 'truncated'],
    ['something after the end', () => Buffer.concat([bundle, Buffer.of(0)]), 'trailing_data'],
    [
      'an end with something in it',
      () => Buffer.concat([bundle.subarray(0, -1), Buffer.of(1)]),
      'header',
    ],
    ['two bundles', () => Buffer.concat([bundle, bundle]), 'trailing_data'],
    [
      'an entry more',
      () => archive([...entries, { name: 'more', content: Buffer.of() }]),
      'entry_unexpected',
    ],
  ])('%s', async (_name, bytes, problem) => {
    await refused(bytes(), invalid(problem))
  })

  it('is refused wherever it is cut', async () => {
    for (let length = 0; length < bundle.length; length += 997) {
      await refused(bundle.subarray(0, length), invalid('truncated'))
    }
  })

  it.each([
    ['a link', 156, '2'],
    ['a folder', 156, '5'],
    ['an extended header', 156, 'x'],
    ['another mode', 100, '0000755'],
    ['another owner', 108, '0000001'],
    ['a time', 136, '00000000001'],
    ['a link target', 157, '/etc/passwd'],
    ['a prefix', 345, '..'],
    ['a size in another base', 124, '\x80'],
  ])('%s', async (_name, at, text) => {
    const changed = Buffer.from(bundle)
    const block = changed.subarray(bundle.indexOf('runs/')).subarray(0, 512)
    block.write(text, at, 'latin1')
    withChecksum(block)
    await refused(changed, invalid('header'))
  })
})

describe('a name', () => {
  it.each(['../../etc/passwd', '/etc/passwd', 'documents/../../x', 'C:\\x', 'manifest.json'])(
    'such as %s is no place to write to',
    async (name) => {
      const at = indexOf('/fact_payload/')
      const renamed = entries.map((entry, index) => (index === at ? { ...entry, name } : entry))
      await refused(archive(renamed), invalid('entry_unexpected', { found: name }))
    },
  )

  it('is another kind of the same document', async () => {
    const renamed = entries.map((entry) => ({
      ...entry,
      name: entry.name.replace('/attachment/', '/fact_payload/'),
    }))
    await refused(archive(resealed(renamed)), invalid('entry_unexpected'))
  })
})

describe('documents', () => {
  it('one twice, one too many, one in another place', async () => {
    const [first, second] = [entries[3], entries[4]]
    if (first === undefined || second === undefined) throw new Error('too few entries')
    await refused(archive(resealed(entries.toSpliced(3, 0, first))), invalid('entry_unexpected'))
    await refused(
      archive(resealed(entries.toSpliced(3, 2, second, first))),
      invalid('entry_unexpected'),
    )
    const content = Buffer.from('unreachable')
    const extra = { name: `documents/attachment/${sha256(content)}`, content }
    await refused(archive(resealed([...entries, extra])), invalid('count'))
    await refused(archive([...entries, extra]), invalid('entry_unexpected'))
  })

  it('one that is lacking is named', async () => {
    const [kind, id] = entries.at(-1)?.name.split('/').slice(1) ?? []
    await refused(archive(resealed(entries.slice(0, -1))), {
      code: 'bundle_incomplete',
      details: { missing: [{ kind, id, runId: RUN }] },
    })
  })

  it('one with other bytes, or with a size that lies', async () => {
    const at = indexOf('/fact_payload/')
    const changed = entries.map((entry, index) =>
      index === at ? { ...entry, content: Buffer.from(entry.content).fill('x', 0, 1) } : entry,
    )
    await refused(archive(changed), invalid('document_digest'))
    const lying = entries.map((entry, index) =>
      index === at ? { ...entry, size: 8 ** 11 - 1 } : entry,
    )
    await refused(archive(lying), { code: 'bundle_too_large', details: { limit: 'documentBytes' } })
    const long = entries.map((entry, index) => (index === at ? { ...entry, size: 2 ** 20 } : entry))
    await refused(archive(long), invalid('truncated'))
  })

  it('that are named as left out where no run has them', async () => {
    const omitted = [{ kind: 'attachment', id: 'a'.repeat(64), bytes: 1 }]
    await refused(withManifest({ omitted }), invalid('omission'))
    await refused(
      withManifest({ omitted: [{ ...omitted[0], kind: 'context_snapshot' }] }),
      invalid('manifest'),
    )
  })

  it('whose left out size is not that of the root', async () => {
    const stores = openMemoryStores()
    await record(stores)
    const { bytes, manifest: made } = await exportBundle({
      stores,
      runIds: [RUN],
      omitBodiesAbove: 0,
    })
    const rest = entriesOf(await bytesOf(bytes)).slice(1)
    const omitted = made.omitted.map((one) => ({ ...one, bytes: one.bytes + 1 }))
    const content = Buffer.from(canonicalize({ ...made, omitted }))
    await refused(archive([{ name: 'manifest.json', content }, ...rest]), invalid('root'))
  })
})

describe('events', () => {
  it.each([
    ['lacking in the middle', (lines: string[]) => lines.toSpliced(3, 1), 'bundle'],
    ['twice', (lines: string[]) => lines.toSpliced(3, 0, lines[3] ?? ''), 'bundle'],
  ])('%s, without new links', async (_name, change) => {
    const at = 1
    const changed = entries.map((entry, index) =>
      index === at
        ? {
            ...entry,
            content: Buffer.from(
              change(eventLines(entry))
                .map((line) => `${line}\n`)
                .join(''),
            ),
          }
        : entry,
    )
    await refused(
      archive(resealed(changed)),
      invalid('event_order', { runId: RUN, seq: expect.any(Number) }),
    )
  })

  it('that are changed, without new links', async () => {
    const changed = entries.map((entry, index) =>
      index === 1
        ? {
            ...entry,
            content: Buffer.from(entry.content.toString('utf8').replace('größer', 'kleine')),
          }
        : entry,
    )
    await refused(archive(resealed(changed)), invalid('event_link'))
  })

  it('that are not canonical, or not of the schema', async () => {
    const spaced = entries.map((entry, index) =>
      index === 1
        ? {
            ...entry,
            content: Buffer.from(entry.content.toString('utf8').replace('"seq":2,', '"seq": 2,')),
          }
        : entry,
    )
    await refused(archive(resealed(spaced)), invalid('event', { runId: RUN, seq: 2 }))
    const more = withLines((lines) =>
      lines.map((line) => line.replace('"seq":2,', '"seq":2,"wat":1,')),
    )
    await refused(more, invalid('event', { runId: RUN, seq: 2 }))
    const other = withLines((lines) =>
      lines.map((line) => line.replaceAll(RUN, RUN.replace('1', '2'))),
    )
    await refused(other, invalid('event_order'))
  })

  it('of a type or a version that is not known', async () => {
    const typed = withLines((lines) =>
      lines.map((line) => line.replace('"state_entered"', '"state_paused"')),
    )
    await refused(typed, {
      code: 'event_unknown',
      details: { runId: RUN, type: 'state_paused', v: 1 },
    })
    const versioned = withLines((lines) =>
      lines.map((line) => line.replace('"state_entered","v":1', '"state_entered","v":2')),
    )
    await refused(versioned, { code: 'event_unknown', details: { type: 'state_entered', v: 2 } })
  })

  it('that bind a fact key twice', async () => {
    const conflicting = withLines((lines) => {
      const fact = lines.find((line) => line.includes('"fact_recorded"')) ?? ''
      const payloadId = /"payloadId":"([0-9a-f]+)"/.exec(fact)?.[1] ?? ''
      return [...lines, fact.replace(payloadId, 'a'.repeat(64))]
    })
    await refused(conflicting, invalid('fact_conflict'))
  })

  it('that end elsewhere than the manifest says', async () => {
    const [run] = Object(manifest)['runs']
    await refused(withManifest({ runs: [{ ...run, headSeq: 3 }] }), invalid('event_head'))
    const headDigest = 'a'.repeat(64)
    await refused(withManifest({ runs: [{ ...run, headDigest }] }), invalid('event_head'))
    await refused(
      withManifest({ runs: [{ ...run, bytes: run.bytes + 1 }] }),
      invalid('entry_unexpected'),
    )
  })
})

describe('a manifest', () => {
  it('of a later version is named, whatever else it holds', async () => {
    const content = Buffer.from(canonicalize({ format: 'mfm-run-bundle', version: 2, new: true }))
    await refused(archive([{ name: 'manifest.json', content }]), {
      code: 'bundle_version_unsupported',
      details: { version: 2, supported: [1] },
    })
  })

  it('must be right in every member', async () => {
    const [run] = Object(manifest)['runs']
    for (const change of [
      { format: 'other' },
      { version: 0 },
      { digest: 'md5' },
      { extra: 1 },
      { runs: [] },
      { runs: [run, run] },
      { root: 'x' },
    ]) {
      await refused(withManifest(change), invalid('manifest'))
    }
    await refused(withManifest({ root: 'a'.repeat(64) }), invalid('root'))
    await refused(withManifest({ documents: { count: 0, bytes: 0 } }), invalid('count'))
    const pretty = Buffer.from(JSON.stringify(manifest, null, 1))
    await refused(archive([{ name: 'manifest.json', content: pretty }]), invalid('manifest'))
  })
})

describe('limits', () => {
  it.each([
    ['totalBytes', 20_000],
    ['documentBytes', 2_000],
    ['eventBytes', 300],
    ['entries', 20],
  ])('%s', async (limit, allowed) => {
    const error = { code: 'bundle_too_large', details: { limit, allowed } }
    await refused(bundle, error, { [limit]: allowed })
  })

  it('are judged', async () => {
    await refused(bundle, { code: 'invalid_option' }, { totalBytes: 0 })
    await refused(bundle, { code: 'invalid_option' }, { wat: 1 })
  })

  it('end a source that never ends, and let it go', async () => {
    let given = 0
    let closed = false
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        const [run] = Object(manifest)['runs']
        const runs = [{ ...run, bytes: 8 ** 11 - 1 }]
        yield withManifest({ runs }, []).subarray(0, -1024)
        yield header(`runs/${RUN}.jsonl`, 8 ** 11 - 1)
        for (;;) {
          given += 2 ** 16
          yield Buffer.alloc(2 ** 16, 'x')
        }
      } finally {
        closed = true
      }
    }
    const importing = importBundle({
      stores: openMemoryStores(),
      source: endless(),
      limits: { totalBytes: 2 ** 22 },
    })
    await expect(importing).rejects.toMatchObject({
      code: 'bundle_too_large',
      details: { limit: 'totalBytes' },
    })
    expect(given).toBe(2 ** 22)
    expect(closed).toBe(true)
  })

  it('take the error of a source as it is', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield* portions(bundle.subarray(0, 3000))
      throw new TypeError('the line is dead')
    }
    const importing = importBundle({ stores: openMemoryStores(), source: failing() })
    await expect(importing).rejects.toThrow(TypeError)
  })
})
