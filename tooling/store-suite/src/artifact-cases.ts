import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { ArtifactId, ArtifactStore } from '@mfm/core-types'
import { canGetMany } from '@mfm/core-types'
import { at, rejection } from './expecting.ts'
import { bytesOf, idOf, upTo } from './samples.ts'
import type { StoreCase } from './store-case.ts'

/** Bytes of a length that say where they stand, so that a shift or a swap shows. */
function patterned(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at++) bytes[at] = (at * 31 + (at >>> 8) * 7 + seed) % 256
  return bytes
}

function independentId(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

async function isSame(store: ArtifactStore, id: ArtifactId, bytes: Uint8Array): Promise<boolean> {
  return Buffer.compare(await store.get(id), bytes) === 0
}

const MALFORMED = ['', '../x', 'A'.repeat(64), 'a'.repeat(63), 'a'.repeat(65), 'g'.repeat(64), null]

export const ARTIFACT_CASES: readonly StoreCase[] = [
  {
    id: 'AS-01',
    title: 'the id is the SHA-256 of the bytes',
    run: async ({ open }) => {
      const { artifacts } = await open()
      for (const text of ['a', 'hello', '{"a":1}']) {
        const bytes = bytesOf(text)
        assert.equal(await artifacts.put('output', bytes), independentId(bytes))
      }
    },
  },
  {
    id: 'AS-02',
    title: 'the empty artifact has its known id',
    run: async ({ open }) => {
      const { artifacts } = await open()
      const id = await artifacts.put('output', new Uint8Array())
      assert.equal(id, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
      assert.equal(await artifacts.exists(id), true)
      assert.equal((await artifacts.get(id)).length, 0)
    },
  },
  {
    id: 'AS-03',
    title: 'artifacts of all sizes and all byte values come back',
    run: async ({ open }) => {
      const { artifacts } = await open()
      const mib = 2 ** 20
      const sizes = [1, 511, 512, 513, 4095, 4096, 4097, 65_535, 65_536, 65_537]
      for (const size of [...sizes, 5 * mib - 1, 5 * mib, 5 * mib + 1, 8 * mib + 1]) {
        const bytes = patterned(size)
        const id = await artifacts.put('attachment', bytes)
        assert.equal(id, independentId(bytes))
        assert.equal(await isSame(artifacts, id, bytes), true)
      }
    },
  },
  {
    id: 'AS-04',
    title: 'a second put of the same bytes gives the same id',
    run: async ({ open }) => {
      const { artifacts } = await open()
      for (const size of [10, 600, 10_000]) {
        const id = await artifacts.put('output', patterned(size))
        assert.equal(await artifacts.put('output', patterned(size)), id)
        assert.equal(await isSame(artifacts, id, patterned(size)), true)
      }
    },
  },
  {
    id: 'AS-05',
    title: 'the kind takes no part in the id',
    run: async ({ open }) => {
      const { artifacts } = await open()
      const bytes = bytesOf('{}')
      assert.equal(await artifacts.put('manifest', bytes), await artifacts.put('output', bytes))
    },
  },
  {
    id: 'AS-06',
    title: '64 concurrent puts of one artifact and of 64 different ones succeed',
    run: async ({ open, isShared }) => {
      const handles = [await open(), ...(isShared ? [await open()] : [])]
      const store = (index: number): ArtifactStore => at(handles, index % handles.length).artifacts
      const same = await Promise.all(
        upTo(64).map((index) => store(index).put('output', bytesOf('same'))),
      )
      assert.deepEqual(new Set(same), new Set([idOf('same')]))
      const ids = await Promise.all(
        upTo(64).map((index) => store(index).put('output', patterned(100 * index, index))),
      )
      for (const [index, id] of ids.entries()) {
        assert.equal(await isSame(store(index), id, patterned(100 * (index + 1), index + 1)), true)
      }
    },
  },
  {
    id: 'AS-07',
    title: 'an absent id is not there and not found',
    run: async ({ open }) => {
      const { artifacts } = await open()
      await artifacts.put('output', bytesOf('present'))
      assert.equal(await artifacts.exists(idOf('absent')), false)
      const error = await rejection(artifacts.get(idOf('absent')), 'artifact_not_found')
      assert.equal(error.details?.['artifactId'], idOf('absent'))
    },
  },
  {
    id: 'AS-08',
    title: 'malformed ids and kinds are refused',
    run: async ({ open }) => {
      const { artifacts } = await open()
      for (const malformed of MALFORMED) {
        await rejection(artifacts.get(malformed as ArtifactId), 'invalid_id')
        await rejection(artifacts.exists(malformed as ArtifactId), 'invalid_id')
        if (canGetMany(artifacts)) {
          await rejection(artifacts.getMany([idOf('x'), malformed as ArtifactId]), 'invalid_id')
        }
      }
    },
  },
  {
    id: 'AS-16',
    title: 'a buffer that changes during put never yields bytes that differ from their address',
    run: async ({ open }) => {
      const { artifacts } = await open()
      for (const size of [100, 100_000]) {
        const bytes = patterned(size)
        const putting = artifacts.put('output', bytes)
        bytes.fill(0)
        const id = await putting
        assert.equal(id, independentId(patterned(size)))
        assert.equal(await isSame(artifacts, id, patterned(size)), true)
      }
    },
  },
  {
    id: 'AS-17',
    title: 'a view stores the view alone, and results share no memory',
    run: async ({ open }) => {
      const { artifacts } = await open()
      for (const size of [50, 50_000]) {
        const whole = patterned(size * 3)
        const view = whole.subarray(size, size * 2)
        const id = await artifacts.put('output', view)
        const [first, second] = [await artifacts.get(id), await artifacts.get(id)]
        assert.equal(first.length, size)
        assert.equal(Buffer.compare(first, view), 0)
        assert.equal(first.buffer.byteLength, size)
        first.fill(0)
        assert.equal(Buffer.compare(second, view), 0)
        assert.equal(await isSame(artifacts, id, view), true)
      }
    },
  },
  {
    id: 'AS-18',
    title: 'what is not bytes is refused',
    run: async ({ open }) => {
      const { artifacts } = await open()
      for (const given of ['text', [1, 2, 3], new ArrayBuffer(4), undefined, { length: 2 }]) {
        await rejection(artifacts.put('output', given as never), 'invalid_input')
      }
      const buffer = Buffer.from('a Buffer is bytes')
      assert.equal(await artifacts.put('output', buffer), independentId(buffer))
    },
  },
  {
    id: 'AS-19',
    title: 'hostile kinds are refused',
    run: async ({ open }) => {
      const { artifacts } = await open()
      const kinds = ['', 'a\r\nb', '\u00e9', 'x'.repeat(64), 'Upper', 'a-b', undefined, 7]
      for (const kind of kinds) {
        await rejection(artifacts.put(kind as string, bytesOf('x')), 'invalid_id')
      }
      assert.equal(await artifacts.exists(idOf('x')), false)
      assert.equal(await artifacts.put('x'.repeat(63), bytesOf('x')), idOf('x'))
    },
  },
  {
    id: 'AS-23',
    title: 'many are read in the order asked, doubles and absent ones included',
    run: async ({ open }) => {
      const { artifacts } = await open()
      if (!canGetMany(artifacts)) return
      const texts = upTo(300).map((index) => `${index} `.repeat(index))
      const ids = await Promise.all(texts.map((text) => artifacts.put('output', bytesOf(text))))
      const [first = idOf(''), second = idOf('')] = ids
      const asked = [second, idOf('absent'), first, second, ...ids]
      const found = await artifacts.getMany(asked)
      const shown = found.map((bytes) =>
        bytes === undefined ? undefined : idOf(String(Buffer.from(bytes))),
      )
      assert.deepEqual(shown, [second, undefined, first, second, ...ids])
      assert.deepEqual(await artifacts.getMany([]), [])
    },
  },
  {
    id: 'AS-25',
    title: 'an artifact at the limit passes, a longer one is refused and leaves nothing',
    run: async ({ open }) => {
      const { artifacts } = await open({ payloadBytes: 10_000 })
      const error = await rejection(artifacts.put('output', patterned(10_001)), 'payload_too_large')
      assert.deepEqual(error.details, { limit: 10_000, size: 10_001 })
      const refused = independentId(patterned(10_001)) as ArtifactId
      assert.equal(await artifacts.exists(refused), false)
      const id = await artifacts.put('output', patterned(10_000))
      assert.equal(await isSame(artifacts, id, patterned(10_000)), true)
    },
  },
]
