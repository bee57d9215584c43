import { canonicalize, sha256 } from '@mfm/canonical-json'
import type { Entry } from './archive.fixture.ts'
import {
  archive,
  entriesOf,
  eventLines,
  jsonOf,
  relinked,
  resealed,
  withChecksum,
} from './archive.fixture.ts'

/** A number from 0 to below `limit`. */
export type Random = (limit: number) => number

export type Mutation = (bundle: Buffer, random: Random, other: Buffer) => Buffer

/** The same numbers for the same seed (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }
}

export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  nothing: (bundle) => bundle,
  bits: (bundle, random) => {
    const copy = Buffer.from(bundle)
    for (let count = 1 + random(3); count > 0; count -= 1) {
      const at = random(copy.length)
      copy[at] = (copy[at] ?? 0) ^ (1 << random(8))
    }
    return copy
  },
  bytes: (bundle, random) => {
    const copy = Buffer.from(bundle)
    const at = random(copy.length)
    for (let index = at; index < Math.min(copy.length, at + 1 + random(64)); index += 1) {
      copy[index] = random(256)
    }
    return copy
  },
  truncation: (bundle, random) => bundle.subarray(0, random(bundle.length)),
  blocks_cut: (bundle, random) => bundle.subarray(0, 512 * random(bundle.length / 512)),
  deletion: (bundle, random) => {
    const at = random(bundle.length)
    return Buffer.concat([bundle.subarray(0, at), bundle.subarray(at + 1 + random(2000))])
  },
  insertion: (bundle, random) => {
    const at = random(bundle.length + 1)
    const inserted = Buffer.alloc(1 + random(1500), random(2) === 0 ? 0 : random(256))
    return Buffer.concat([bundle.subarray(0, at), inserted, bundle.subarray(at)])
  },
  block_twice: (bundle, random) => {
    const at = 512 * random(bundle.length / 512)
    const end = at + 512 * (1 + random(4))
    return Buffer.concat([bundle.subarray(0, end), bundle.subarray(at)])
  },
  splice: (bundle, random, other) =>
    Buffer.concat([
      bundle.subarray(0, 512 * random(bundle.length / 512)),
      other.subarray(512 * random(other.length / 512)),
    ]),
  length_field: (bundle, random) => {
    const copy = Buffer.from(bundle)
    const block = copy.subarray(headerAt(copy, random)).subarray(0, 512)
    const sizes = [0, 1, 511, 512, 513, 8 ** 11 - 1, random(1e6), random(8 ** 11)]
    block.write(pick(sizes, random).toString(8).padStart(11, '0'), 124, 'latin1')
    withChecksum(block)
    return copy
  },
  header_field: (bundle, random) => {
    const copy = Buffer.from(bundle)
    const block = copy.subarray(headerAt(copy, random)).subarray(0, 512)
    block[random(512)] = random(256)
    if (random(2) === 0) withChecksum(block)
    return copy
  },
  entry_twice: entries((list, random) => {
    const at = random(list.length)
    const entry = pick(list, random)
    return [...list.slice(0, at), entry, ...list.slice(at)]
  }),
  entry_gone: entries((list, random) => list.toSpliced(random(list.length), 1)),
  entries_swapped: entries((list, random) => {
    const [first, second] = [random(list.length), random(list.length)]
    return list.map((entry, at) => {
      if (at === first) return list[second] ?? entry
      return at === second ? (list[first] ?? entry) : entry
    })
  }),
  entry_renamed: entries((list, random) =>
    change(list, random, (entry) => ({
      ...entry,
      name: pick(
        [
          '../../etc/passwd',
          '/etc/passwd',
          `x/../${entry.name}`,
          `./${entry.name}`,
          'a\\..\\b',
          entry.name.toUpperCase(),
          `${entry.name}/`,
          'manifest.json',
          pick(list, random).name,
          entry.name.replace('fact_payload', 'attachment'),
          ' ',
          '\xff\xfe',
        ],
        random,
      ),
    })),
  ),
  content_changed: entries((list, random) =>
    change(list, random, (entry) => ({
      ...entry,
      content:
        MUTATIONS[pick(['bits', 'bytes', 'truncation', 'deletion'], random)]?.(
          Buffer.concat([entry.content, Buffer.of(32)]),
          random,
          entry.content,
        ) ?? entry.content,
    })),
  ),
  manifest_changed: entries(([manifest, ...rest], random) =>
    manifest === undefined
      ? rest
      : [
          {
            ...manifest,
            content: Buffer.from(canonicalize(mutateJson(jsonOf(manifest.content), random))),
          },
          ...rest,
        ],
  ),
  event_changed: entries((list, random) =>
    resealed(change(list, random, (entry) => changedEvent(entry, random), 'runs/')),
  ),
  events_reordered: entries((list, random) =>
    resealed(
      change(
        list,
        random,
        (entry) => {
          const lines = eventLines(entry)
          const line = pick(lines, random)
          const changed =
            random(2) === 0
              ? lines.filter((one) => one !== line)
              : lines.toSpliced(random(lines.length), 0, line)
          return { ...entry, content: relinked(changed) }
        },
        'runs/',
      ),
    ),
  ),
  document_changed: entries((list, random) => changedDocument(list, random)),
}

function entries(mutate: (list: Entry[], random: Random) => Entry[]): Mutation {
  return (bundle, random) => archive(mutate(entriesOf(bundle), random))
}

function change(
  list: readonly Entry[],
  random: Random,
  mutate: (entry: Entry) => Entry,
  prefix = '',
): Entry[] {
  const chosen = pick(
    list.filter(({ name }) => name.startsWith(prefix)),
    random,
  )
  return list.map((entry) => (entry === chosen ? mutate(entry) : entry))
}

function changedEvent(entry: Entry, random: Random): Entry {
  const lines = eventLines(entry)
  const at = random(lines.length)
  const changed = lines.map((line, index) =>
    index === at ? canonicalize(mutateJson(jsonOf(Buffer.from(line)), random)) : line,
  )
  try {
    return { ...entry, content: relinked(changed) }
  } catch {
    return { ...entry, content: Buffer.from(`${changed.join('\n')}\n`) }
  }
}

/** Another document, under its own address, in the place of one; and all that named the one names the other. */
function changedDocument(list: readonly Entry[], random: Random): Entry[] {
  const chosen = pick(
    list.filter(({ name }) => name.startsWith('documents/')),
    random,
  )
  const before = chosen.name.split('/')[2] ?? ''
  const content = changedContent(chosen.content, random)
  const after = sha256(content)
  const renamed = list.map((entry) => {
    if (entry === chosen) return { name: entry.name.replace(before, after), content }
    if (!entry.content.includes(before)) return entry
    const text = Buffer.from(entry.content.toString('latin1').replaceAll(before, after), 'latin1')
    return {
      ...entry,
      content: entry.name.startsWith('runs/')
        ? relinked(eventLines({ ...entry, content: text }))
        : text,
    }
  })
  return resealed(renamed)
}

function changedContent(content: Buffer, random: Random): Buffer {
  try {
    return Buffer.from(canonicalize(mutateJson(jsonOf(content), random)))
  } catch {
    return Buffer.concat([content, Buffer.of(random(256))])
  }
}

function mutateJson(value: unknown, random: Random): unknown {
  if (Array.isArray(value) && value.length > 0 && random(4) > 0) {
    const at = random(value.length)
    return value.map((item, index) => (index === at ? mutateJson(item, random) : item))
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && random(5) > 0) {
    const names = Object.keys(value)
    const name = pick([...names, 'v'], random)
    if (random(8) === 0)
      return Object.fromEntries(Object.entries(value).filter(([one]) => one !== name))
    if (random(12) === 0) return { ...value, ['extra']: random(10) }
    return { ...value, [name]: mutateJson(Object(value)[name], random) }
  }
  return mutateLeaf(value, random)
}

function mutateLeaf(value: unknown, random: Random): unknown {
  if (typeof value === 'number' && random(2) === 0)
    return value + pick([1, -1, 2 ** 31, 0.5], random)
  if (typeof value === 'string' && random(2) === 0) {
    const at = random(value.length + 1)
    return value.slice(0, at) + pick(['0', 'a', '\u0000', '../', ''], random) + value.slice(at + 1)
  }
  return pick(
    [null, 0, 1, -1, 2, '', 'x', [], {}, true, 1e308, 'a'.repeat(64), '__proto__', 2n ** 63n],
    random,
  )
}

/** Where a random entry begins. */
function headerAt(bundle: Buffer, random: Random): number {
  const list = entriesOf(bundle)
  const at = random(list.length)
  return list
    .slice(0, at)
    .reduce((sum, { content }) => sum + 512 + Math.ceil(content.length / 512) * 512, 0)
}

export function pick<T>(items: readonly T[], random: Random): T {
  const item = items[random(items.length)]
  if (item === undefined && !items.includes(item as T)) throw new Error('nothing to pick from')
  return item as T // one of the items, of which some may be undefined
}
