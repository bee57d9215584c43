import assert from 'node:assert/strict'
import type { ArtifactId } from '@mfm/core-types'
import { canGetMany, canPutMany } from '@mfm/core-types'
import type { ConformanceCase } from '../../case.ts'
import { rejection } from '../support/expecting.ts'
import { bytesOf, idOf, upTo } from '../support/samples.ts'
import { putTexts } from './put-texts.ts'
import { assertStored, independentId, patterned } from './sample-bytes.ts'

/** More than the parameters, rows and keys that backends take at once by default. */
const MANY = 1100

function idsOf(found: readonly (Uint8Array | undefined)[]): (ArtifactId | undefined)[] {
  return found.map((bytes) =>
    bytes === undefined ? undefined : idOf(Buffer.from(bytes).toString()),
  )
}

export const MANY_AT_ONCE: readonly ConformanceCase<'artifacts'>[] = [
  {
    id: 'AS-23',
    subject: 'artifacts',
    level: 0,
    needs: ['getMany'],
    title: 'many are read in the order asked, doubles and absent ones included',
    why: 'The caller pairs answers with questions by position.',
    run: async ({ open }) => {
      const { artifacts } = await open()
      assert.ok(canGetMany(artifacts))
      const texts = upTo(100).map((index) => `${index} `.repeat(index))
      const ids = await putTexts(artifacts, texts)
      const [first = idOf(''), second = idOf('')] = ids
      const asked = [second, idOf('absent'), first, second, ...ids]
      const shown = idsOf(await artifacts.getMany(asked))
      assert.deepEqual(shown, [second, undefined, first, second, ...ids])
      assert.deepEqual(await artifacts.getMany([]), [])
      const [one, other] = await artifacts.getMany([first, first])
      one?.fill(0)
      assert.deepEqual(idsOf([other]), [first])
    },
  },
  {
    id: 'AS-23b',
    subject: 'artifacts',
    level: 0,
    needs: ['putMany'],
    title: 'many are stored under the ids that they are given in their order, doubles included',
    why: 'The caller names its artifacts by the ids that come back.',
    run: async ({ open }) => {
      const { artifacts } = await open()
      assert.ok(canPutMany(artifacts))
      const texts = upTo(100).map((index) => `${index} `.repeat(index * 3))
      await artifacts.put('manifest', bytesOf(texts[7] ?? ''))
      const given = [...texts, ...texts.slice(0, 3), '']
      const ids = await artifacts.putMany(
        given.map((text) => ({ kind: 'output', bytes: bytesOf(text) })),
      )
      assert.deepEqual(ids, given.map(idOf))
      for (const text of given) assert.deepEqual(await artifacts.get(idOf(text)), bytesOf(text))
      assert.deepEqual(await artifacts.putMany([]), [])
    },
  },
  {
    id: 'AS-23d',
    subject: 'artifacts',
    level: 2,
    needs: ['getMany'],
    title: 'more are read at once than a backend takes in one request',
    why: 'Backends refuse or cut what is over their own limits; callers do not know these.',
    run: async ({ open }) => {
      const { artifacts } = await open()
      assert.ok(canGetMany(artifacts))
      const ids = await putTexts(
        artifacts,
        upTo(MANY).map((index) => `one of many ${index}`),
      )
      const asked = ids.flatMap((id, index) => [id, idOf(`absent ${index}`)])
      const expected = ids.flatMap((id) => [id, undefined])
      assert.deepEqual(idsOf(await artifacts.getMany(asked)), expected)
    },
  },
  {
    id: 'AS-16b',
    subject: 'artifacts',
    level: 0,
    needs: ['putMany'],
    title: 'buffers that change during putMany never yield bytes that differ from their address',
    why: 'Callers reuse buffers; an address computed before the bytes are copied is a lie.',
    run: async ({ open }) => {
      const { artifacts } = await open()
      assert.ok(canPutMany(artifacts))
      const bytes = patterned(5000, 2)
      const putting = artifacts.putMany([{ kind: 'output', bytes }])
      bytes.fill(0)
      const id = independentId(patterned(5000, 2))
      assert.deepEqual(await putting, [id])
      await assertStored(artifacts, id, patterned(5000, 2))
    },
  },
  {
    id: 'AS-23e',
    subject: 'artifacts',
    level: 2,
    needs: ['putMany'],
    title: 'one that is refused among many is reported, and repeating without it stores the others',
    why: 'A batch that fails must be safe to repeat, whatever part of it was stored.',
    run: async ({ open }) => {
      const { artifacts } = await open({ payloadBytes: 1000 })
      assert.ok(canPutMany(artifacts))
      const texts = upTo(20).map((index) => `beside a long one ${index}`)
      const sound = texts.map((text) => ({ kind: 'output', bytes: bytesOf(text) }))
      const long = { kind: 'output', bytes: bytesOf('x'.repeat(1001)) }
      const putting = artifacts.putMany([...sound.slice(0, 10), long, ...sound.slice(10)])
      await rejection(putting, 'payload_too_large')
      assert.equal(await artifacts.exists(idOf('x'.repeat(1001))), false)
      assert.deepEqual(await artifacts.putMany(sound), texts.map(idOf))
      for (const text of texts) assert.deepEqual(await artifacts.get(idOf(text)), bytesOf(text))
    },
  },
]
