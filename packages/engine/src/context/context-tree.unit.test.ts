import { canonicalize } from '@mfm/canonical-json'
import type { ArtifactId, JsonValue } from '@mfm/core-types'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ContextChanges, Snapshot } from './context-tree.ts'
import { ContextTree } from './context-tree.ts'

/** A tree over a plain map, and the model beside it. */
class World {
  readonly documents = new Map<ArtifactId, Uint8Array>()
  readonly tree = new ContextTree(async (id) => {
    const bytes = this.documents.get(id)
    if (bytes === undefined) throw new Error(`not stored: ${id}`)
    return bytes
  }, 'rfc8785')

  /** A tree that has cached nothing. */
  reopened(): ContextTree {
    return new ContextTree(async (id) => this.documents.get(id) ?? new Uint8Array(), 'rfc8785')
  }

  keep({ id, artifacts }: Snapshot): ArtifactId {
    for (const artifact of artifacts) this.documents.set(artifact.id, artifact.bytes)
    return id
  }
}

function changesOf(values: Record<string, JsonValue | undefined>): ContextChanges {
  return new Map(
    Object.entries(values).map(([key, value]) => [
      key,
      value === undefined ? undefined : { value, text: canonicalize(value) },
    ]),
  )
}

const smallKey = fc.stringMatching(/^k[0-9]{1,2}$/)
const value = fc.oneof(
  fc.integer(),
  fc.string({ maxLength: 20 }),
  fc.string({ minLength: 300, maxLength: 400 }),
  fc.string({ minLength: 1100, maxLength: 1200 }),
)
const step = fc.dictionary(smallKey, fc.option(value, { nil: undefined }), { maxKeys: 12 })

describe('ContextTree', () => {
  it('holds what a map holds, and has one address for one content whatever its history', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        const world = new World()
        const model = new Map<string, JsonValue>()
        let id = world.keep(await world.tree.create(new Map()))
        for (const change of steps) {
          id = world.keep(await world.tree.derive(id, changesOf(change)))
          for (const [key, now] of Object.entries(change)) {
            if (now === undefined) model.delete(key)
            else model.set(key, now)
          }
        }
        const expected = Object.fromEntries(model)
        expect(Object.fromEntries(await world.reopened().entries(id))).toEqual(expected)
        for (const [key, now] of model) expect(await world.reopened().get(id, key)).toEqual(now)
        const fresh = new World()
        expect(fresh.keep(await fresh.tree.create(changesOf(expected)))).toBe(id)
      }),
      { numRuns: 150 },
    )
  })

  it('adds documents for the change alone', async () => {
    const world = new World()
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`key_${n}`, n]))
    const id = world.keep(await world.tree.create(changesOf(many)))
    const { artifacts } = await world.tree.derive(id, changesOf({ key_77: 'changed' }))
    const size = artifacts.reduce((sum, { bytes }) => sum + bytes.length, 0)
    expect(artifacts.length).toBeLessThanOrEqual(4)
    expect(size).toBeLessThan(10_000)
  })

  it('stores a large value once, whatever changes beside it', async () => {
    const world = new World()
    const id = world.keep(await world.tree.create(changesOf({ big: 'x'.repeat(1_000_000), n: 0 })))
    const next = await world.tree.derive(id, changesOf({ n: 1 }))
    expect(next.artifacts.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThan(300)
  })

  it('gives the same address, and no documents, for a change to what is there', async () => {
    const world = new World()
    const id = world.keep(await world.tree.create(changesOf({ a: 1 })))
    expect(await world.tree.derive(id, changesOf({ a: 1 }))).toEqual({ id, artifacts: [] })
  })

  it('keeps a key named __proto__', async () => {
    const world = new World()
    const change: ContextChanges = new Map([['__proto__', { value: 1, text: '1' }]])
    const id = world.keep(await world.tree.create(change))
    expect(await world.reopened().get(id, '__proto__')).toBe(1)
    expect(await world.reopened().entries(id)).toEqual([['__proto__', 1]])
  })

  it('names a snapshot that is something else', async () => {
    const world = new World()
    const bytes = new TextEncoder().encode('{"a":1}')
    const { artifactIdOf } = await import('@mfm/canonical-json')
    const id = artifactIdOf(bytes)
    world.documents.set(id, bytes)
    await expect(world.tree.get(id, 'a')).rejects.toMatchObject({
      code: 'context_snapshot_invalid',
    })
  })
})
