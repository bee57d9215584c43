import assert from 'node:assert/strict'
import type { ArtifactId, ArtifactStore } from '@mfm/core-types'
import { canErase, canGetMany, canList, canPutMany } from '@mfm/core-types'
import { hasCode } from '@mfm/errors'
import fc from 'fast-check'
import { bytesOf, collect, idOf } from '../cases/support/samples.ts'
import type { Step, World } from './world.ts'

interface HasArtifacts {
  readonly artifacts: ArtifactStore
}
type ArtifactStep = Step<HasArtifacts>

/** Different texts of one sequence, across the sizes where stores change their way of keeping them. */
export const someText: fc.Arbitrary<string> = fc.constantFrom(
  'small',
  'other',
  'middle '.repeat(100),
  'large '.repeat(3000),
)
const someTexts: fc.Arbitrary<string[]> = fc.array(someText, { maxLength: 4 })

/** The artifact of a text in this sequence alone. */
export function inWorld({ mark }: World, text: string): { id: ArtifactId; bytes: Uint8Array } {
  return { id: idOf(`${mark} ${text}`), bytes: bytesOf(`${mark} ${text}`) }
}

function isSame(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  if (one === undefined || other === undefined) return one === other
  return Buffer.compare(one, other) === 0
}

async function look(world: World, { artifacts }: HasArtifacts, text: string): Promise<void> {
  const { id } = inWorld(world, text)
  const due = world.artifacts.get(id)
  assert.equal(await artifacts.exists(id), due !== undefined, 'exists')
  assert.ok(isSame(await getIfThere(artifacts, id), due), 'get')
}

async function getIfThere(
  artifacts: ArtifactStore,
  id: ArtifactId,
): Promise<Uint8Array | undefined> {
  try {
    return await artifacts.get(id)
  } catch (error) {
    if (!hasCode(error, 'artifact_not_found')) throw error
    return undefined
  }
}

const puts: fc.Arbitrary<ArtifactStep> = someText.map((text) => ({
  text: `put ${text.length} characters`,
  take: async (world, { artifacts }) => {
    const { id, bytes } = inWorld(world, text)
    assert.equal(await artifacts.put('output', bytes), id)
    world.artifacts.set(id, bytes)
  },
}))

const looks: fc.Arbitrary<ArtifactStep> = someText.map((text) => ({
  text: `look at ${text.length} characters`,
  take: (world, stores) => look(world, stores, text),
}))

const putManys: fc.Arbitrary<ArtifactStep> = someTexts.map((texts) => ({
  text: `put many of ${texts.map(({ length }) => length)} characters`,
  take: async (world, { artifacts }) => {
    if (!canPutMany(artifacts)) return
    const given = texts.map((text) => inWorld(world, text))
    const ids = await artifacts.putMany(given.map(({ bytes }) => ({ kind: 'output', bytes })))
    assert.deepEqual(
      ids,
      given.map(({ id }) => id),
    )
    for (const { id, bytes } of given) world.artifacts.set(id, bytes)
  },
}))

const getManys: fc.Arbitrary<ArtifactStep> = someTexts.map((texts) => ({
  text: `get many of ${texts.map(({ length }) => length)} characters`,
  take: async (world, { artifacts }) => {
    if (!canGetMany(artifacts)) return
    const ids = texts.map((text) => inWorld(world, text).id)
    const found = await artifacts.getMany(ids)
    assert.equal(found.length, ids.length)
    for (const [index, id] of ids.entries()) {
      assert.ok(isSame(found[index], world.artifacts.get(id)), `get many, ${index}`)
    }
  },
}))

const erasures: fc.Arbitrary<ArtifactStep> = someText.map((text) => ({
  text: `erase ${text.length} characters`,
  take: async (world, { artifacts }) => {
    if (!canErase(artifacts)) return
    const { id } = inWorld(world, text)
    assert.equal(await artifacts.erase(id), world.artifacts.delete(id))
  },
}))

export const ARTIFACT_STEPS: readonly fc.Arbitrary<ArtifactStep>[] = [
  puts,
  puts,
  looks,
  putManys,
  getManys,
  erasures,
]

/** Every artifact that is due, and nothing of this sequence besides. */
export async function lookAtArtifacts(
  world: World,
  stores: HasArtifacts,
  texts: readonly string[] = ['small', 'other'],
): Promise<void> {
  const { artifacts } = stores
  for (const [id, bytes] of world.artifacts) assert.ok(isSame(await artifacts.get(id), bytes))
  for (const text of texts) await look(world, stores, text)
  if (!canList(artifacts)) return
  const listed = await collect(artifacts.list())
  assert.equal(new Set(listed).size, listed.length, 'an id is listed twice')
  for (const id of world.artifacts.keys()) assert.ok(listed.includes(id), `${id} is not listed`)
}
