import assert from 'node:assert/strict'
import type { ArtifactId, ArtifactLister } from '@mfm/core-types'
import { canErase, canGetMany, canList } from '@mfm/core-types'
import type { ConformanceCase } from '../../case.ts'
import { rejection } from '../support/expecting.ts'
import { collect, upTo } from '../support/samples.ts'
import { putTexts } from './put-texts.ts'
import { assertStored, independentId, patterned } from './sample-bytes.ts'

/** Everything that is listed, each id once. */
async function listed(store: ArtifactLister): Promise<ReadonlySet<ArtifactId>> {
  const ids = await collect(store.list())
  const set = new Set(ids)
  assert.equal(set.size, ids.length, 'an id was listed twice')
  return set
}

async function listMany(
  { open }: Pick<Parameters<ConformanceCase<'artifacts'>['run']>[0], 'open'>,
  count: number,
): Promise<void> {
  const { artifacts } = await open()
  assert.ok(canList(artifacts))
  const ids = await putTexts(
    artifacts,
    upTo(count).map((index) => `to be listed ${index}`),
  )
  assert.deepEqual(await listed(artifacts), new Set(ids))
}

export const RETENTION: readonly ConformanceCase<'artifacts'>[] = [
  {
    id: 'AS-24',
    subject: 'artifacts',
    level: 0,
    needs: ['list'],
    title: 'every artifact of the scope is listed once, and none of another',
    why: 'Retention erases what is listed and not needed: one too many is a loss, one too few a leak.',
    run: async ({ open, openOther }) => {
      const { artifacts } = await open()
      const other = await openOther()
      assert.ok(canList(artifacts))
      assert.deepEqual(await listed(artifacts), new Set())
      await other.artifacts.put('output', patterned(5, 100))
      const ids: ArtifactId[] = []
      for (const size of [0, 1, 600, 100_000]) {
        ids.push(await artifacts.put('output', patterned(size)))
        await artifacts.put('manifest', patterned(size))
      }
      assert.deepEqual(await listed(artifacts), new Set(ids))
      for await (const id of artifacts.list()) if (ids.includes(id)) break
      assert.deepEqual(await listed(artifacts), new Set(ids))
    },
  },
  {
    id: 'AS-24b',
    subject: 'artifacts',
    level: 2,
    needs: ['list'],
    title: 'a list of more than 1,000 artifacts is complete',
    why: 'That is the page of every S3 server; forgotten pages are the classic fault of a list.',
    run: (context) => listMany(context, 1050),
  },
  {
    id: 'AS-24c',
    subject: 'artifacts',
    level: 3,
    needs: ['list'],
    title: 'a list of more than 10,000 artifacts is complete',
    why: 'A second page that is a copy of the first is only seen on the third.',
    run: (context) => listMany(context, Math.max(context.rounds(10_050), 2050)),
  },
  {
    id: 'AS-24d',
    subject: 'artifacts',
    level: 2,
    needs: ['list'],
    title: 'what is there throughout is listed once while others are put',
    why: 'Retention runs beside runs.',
    run: async ({ open }) => {
      const { artifacts } = await open()
      assert.ok(canList(artifacts))
      const early = await putTexts(
        artifacts,
        upTo(150).map((index) => `early ${index}`),
      )
      const late = new Set<ArtifactId>()
      const found: ArtifactId[] = []
      for await (const id of artifacts.list()) {
        found.push(id)
        if (found.length % 10 === 0)
          late.add(await artifacts.put('output', patterned(found.length)))
      }
      assert.equal(new Set(found).size, found.length, 'an id was listed twice')
      assert.deepEqual(new Set(found.filter((id) => !late.has(id))), new Set(early))
      assert.deepEqual(await listed(artifacts), new Set([...early, ...late]))
    },
  },
  {
    id: 'AS-26',
    subject: 'artifacts',
    level: 0,
    needs: ['erase'],
    title: 'an erased artifact is gone, others are intact, and it can be put again',
    why: 'Retention and the right to be forgotten rest on it.',
    run: async ({ open, openOther }) => {
      const { artifacts } = await open()
      const other = await openOther()
      assert.ok(canErase(artifacts))
      for (const size of [0, 100, 100_000]) {
        const [bytes, neighbour] = [patterned(size, 1), patterned(size + 1, 2)]
        const id = await artifacts.put('output', bytes)
        const neighbourId = await artifacts.put('output', neighbour)
        await other.artifacts.put('output', bytes)
        assert.equal(await artifacts.erase(id), true)
        assert.equal(await artifacts.exists(id), false)
        await rejection(artifacts.get(id), 'artifact_not_found')
        assert.equal(await artifacts.erase(id), false)
        await assertStored(artifacts, neighbourId, neighbour)
        await assertStored(other.artifacts, id, bytes)
        assert.equal(await artifacts.put('output', bytes), id)
        await assertStored(artifacts, id, bytes)
      }
      assert.equal(await artifacts.erase(independentId(patterned(3, 200))), false)
    },
  },
  {
    id: 'AS-26c',
    subject: 'artifacts',
    level: 0,
    needs: ['erase', 'list'],
    title: 'an erased artifact is not listed',
    why: 'Whoever walks the list finds nothing behind the id.',
    run: async ({ open }) => {
      const { artifacts } = await open()
      assert.ok(canErase(artifacts) && canList(artifacts))
      const [first = '', ...others] = await putTexts(artifacts, ['one', 'two', 'three'])
      assert.equal(await artifacts.erase(first as ArtifactId), true)
      assert.deepEqual(await listed(artifacts), new Set(others))
    },
  },
  {
    id: 'AS-26d',
    subject: 'artifacts',
    level: 0,
    needs: ['erase', 'getMany'],
    title: 'an erased artifact is absent among many',
    why: 'The short way to an artifact must know of it too.',
    run: async ({ open }) => {
      const { artifacts } = await open()
      assert.ok(canErase(artifacts) && canGetMany(artifacts))
      const [kept, erased] = [patterned(50, 1), patterned(50, 2)]
      const ids = [await artifacts.put('output', kept), await artifacts.put('output', erased)]
      await artifacts.getMany(ids)
      assert.equal(await artifacts.erase(independentId(erased)), true)
      const found = await artifacts.getMany(ids)
      assert.deepEqual(
        found.map((bytes) => bytes && independentId(bytes)),
        [independentId(kept), undefined],
      )
    },
  },
  {
    id: 'AS-26b',
    subject: 'artifacts',
    level: 1,
    needs: ['erase', 'shared', 'backdoor.readArtifact'],
    title: 'what one opening erased no other finds, and no bytes of it are left at its address',
    why: 'An artifact that only its own process has forgotten was not erased.',
    run: async ({ open, scope, backdoor }) => {
      const { artifacts } = await open()
      const reader = await open()
      assert.ok(canErase(artifacts))
      for (const size of [100, 100_000]) {
        const id = await artifacts.put('output', patterned(size, 8))
        assert.equal(await artifacts.erase(id), true)
        assert.equal(await reader.artifacts.exists(id), false)
        await rejection(reader.artifacts.get(id), 'artifact_not_found')
        assert.equal(await backdoor.readArtifact(scope, id), undefined)
      }
    },
  },
]
