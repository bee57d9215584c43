import assert from 'node:assert/strict'
import type { ArtifactId } from '@mfm/core-types'
import { canErase, canGetMany, canPutMany } from '@mfm/core-types'
import type { ConformanceCase } from '../../case.ts'
import { rejection } from '../support/expecting.ts'
import { bytesOf, idOf } from '../support/samples.ts'
import { assertStored, independentId, patterned } from './sample-bytes.ts'

const MALFORMED = ['', '../x', 'A'.repeat(64), 'a'.repeat(63), 'a'.repeat(65), 'g'.repeat(64), null]

/** What a file system or a server might take for the same name. */
function otherSpellings(id: ArtifactId): readonly string[] {
  const wide = id.replaceAll(/[a-f0-9]/g, (digit) =>
    String.fromCodePoint((digit.codePointAt(0) ?? 0) + 0xfee0),
  )
  const upper = id.toUpperCase()
  return [upper, `${id.slice(0, 32)}${upper.slice(32)}`, wide, `${id}.`, `${id} `, `${id}\0`]
}

export const ADDRESSING: readonly ConformanceCase<'artifacts'>[] = [
  {
    id: 'AS-01',
    subject: 'artifacts',
    level: 0,
    title: 'the id is the SHA-256 of the bytes',
    why: 'Everything that names an artifact names it by this address; another rule makes runs unreadable elsewhere.',
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
    subject: 'artifacts',
    level: 0,
    title: 'the empty artifact has its known id and comes back empty',
    why: 'An empty answer is an answer; backends that take it for an absent one lose it.',
    run: async ({ open }) => {
      const { artifacts } = await open()
      const id = await artifacts.put('output', new Uint8Array())
      assert.equal(id, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
      assert.equal(await artifacts.exists(id), true)
      assert.equal((await artifacts.get(id)).length, 0)
    },
  },
  {
    id: 'AS-05',
    subject: 'artifacts',
    level: 0,
    title: 'the same bytes under two kinds are one artifact',
    why: 'A kind in the address would store everything twice and break what was named by its bytes.',
    run: async ({ open }) => {
      const { artifacts } = await open()
      const bytes = bytesOf('{}')
      const ids = [await artifacts.put('manifest', bytes), await artifacts.put('output', bytes)]
      assert.deepEqual(ids, [independentId(bytes), independentId(bytes)])
      await assertStored(artifacts, idOf('{}'), bytes)
    },
  },
  {
    id: 'AS-07',
    subject: 'artifacts',
    level: 0,
    title: 'an absent id is not there and not found',
    why: 'A caller that cannot tell absent from broken retries for ever, or gives up on a moment of bad weather.',
    run: async ({ open }) => {
      const { artifacts } = await open()
      await artifacts.put('output', bytesOf('present'))
      assert.equal(await artifacts.exists(idOf('absent')), false)
      const error = await rejection(artifacts.get(idOf('absent')), 'artifact_not_found')
      assert.equal(error.details?.['artifactId'], idOf('absent'))
      assert.equal(error.retryable, false)
    },
  },
  {
    id: 'AS-08',
    subject: 'artifacts',
    level: 0,
    title: 'malformed ids are refused',
    why: 'An id becomes part of a path, a key or a statement; what is not an id must never get there.',
    run: async ({ open }) => {
      const { artifacts } = await open()
      for (const malformed of MALFORMED) {
        const id = malformed as ArtifactId // on purpose
        await rejection(artifacts.get(id), 'invalid_id')
        await rejection(artifacts.exists(id), 'invalid_id')
        if (canGetMany(artifacts)) await rejection(artifacts.getMany([idOf('x'), id]), 'invalid_id')
        if (canErase(artifacts)) await rejection(artifacts.erase(id), 'invalid_id')
      }
    },
  },
  {
    id: 'AS-18',
    subject: 'artifacts',
    level: 0,
    title: 'what is not bytes is refused',
    why: 'Text that is encoded silently has an address that depends on who encoded it.',
    run: async ({ open }) => {
      const { artifacts } = await open()
      for (const given of ['text', [1, 2, 3], new ArrayBuffer(4), undefined, { length: 2 }]) {
        const bytes = given as unknown as Uint8Array // on purpose
        await rejection(artifacts.put('output', bytes), 'invalid_input')
        if (canPutMany(artifacts)) {
          await rejection(artifacts.putMany([{ kind: 'output', bytes }]), 'invalid_input')
        }
      }
      const buffer = Buffer.from('a Buffer is bytes')
      assert.equal(await artifacts.put('output', buffer), independentId(buffer))
    },
  },
  {
    id: 'AS-19',
    subject: 'artifacts',
    level: 0,
    title: 'hostile kinds are refused, and the longest one is accepted',
    why: 'A kind becomes a header or a column; a line break in it is somebody else’s header.',
    run: async ({ open }) => {
      const { artifacts } = await open()
      const kinds = ['', 'a\r\nb', '\u00e9', 'x'.repeat(64), 'Upper', 'a-b', '../x', undefined, 7]
      for (const given of kinds) {
        const kind = given as string // on purpose
        await rejection(artifacts.put(kind, bytesOf('x')), 'invalid_id')
        if (canPutMany(artifacts)) {
          await rejection(artifacts.putMany([{ kind, bytes: bytesOf('x') }]), 'invalid_id')
        }
      }
      assert.equal(await artifacts.exists(idOf('x')), false)
      assert.equal(await artifacts.put('x'.repeat(63), bytesOf('x')), idOf('x'))
    },
  },
  {
    id: 'AS-28',
    subject: 'artifacts',
    level: 0,
    title: 'no other spelling of an id names the artifact, and ids that look alike stay apart',
    why: 'A file system that ignores case or normalises names would merge what the contract keeps apart.',
    run: async ({ open }) => {
      const { artifacts } = await open()
      const bytes = patterned(100)
      const id = await artifacts.put('output', bytes)
      for (const spelling of otherSpellings(id)) {
        await rejection(artifacts.get(spelling as ArtifactId), 'invalid_id')
        await rejection(artifacts.exists(spelling as ArtifactId), 'invalid_id')
      }
      const other = (digit: string): string => (digit === '0' ? '1' : '0')
      const alike = [id.slice(0, 63) + other(id.slice(63)), other(id.slice(0, 1)) + id.slice(1)]
      for (const one of alike) assert.equal(await artifacts.exists(one as ArtifactId), false)
      await assertStored(artifacts, id, bytes)
    },
  },
]
