import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import type { ArtifactId, ArtifactStore } from '@mfm/core-types'
import { canGetMany } from '@mfm/core-types'
import type { CaseContext, ConformanceCase } from '../../case.ts'
import { rejection } from '../support/expecting.ts'
import { someInteger } from '../support/samples.ts'
import { assertStored, independentId, patterned } from './sample-bytes.ts'

/** Short ones may live beside their row, long ones in parts of their own. */
const SIZES = [100, 10_000, 300_000]

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[bit >>> 3] = (copy[bit >>> 3] ?? 0) ^ (1 << (bit & 7))
  return copy
}

/** Requires that an artifact is reported as damaged, and as what. */
async function requireCorrupt(
  getting: Promise<unknown>,
  id: ArtifactId,
  actual: ArtifactId,
): Promise<void> {
  const error = await rejection(getting, 'artifact_corruption')
  assert.equal(error.details?.['expected'], id)
  assert.equal(error.details?.['actual'], actual)
  assert.equal(error.retryable, false)
}

/**
 * Calls an opening that has not seen the artifact: one that has may know its bytes by heart, and they are right. A store
 * that lives inside one opening is called there.
 */
async function afresh<T>(
  { harness, open }: CaseContext<'artifacts'>,
  artifacts: ArtifactStore,
  call: (store: ArtifactStore) => Promise<T>,
): Promise<T> {
  if (!harness.isShared) return await call(artifacts)
  const opened = await open()
  try {
    return await call(opened.artifacts)
  } finally {
    await opened.close()
  }
}

export const DAMAGED: readonly ConformanceCase<'artifacts'>[] = [
  {
    id: 'AS-10',
    subject: 'artifacts',
    level: 1,
    needs: ['backdoor.writeArtifact', 'backdoor.readArtifact'],
    title: 'foreign bytes at an address are reported by put and get, and not overwritten',
    why: 'To overwrite what should not be there destroys the evidence; to accept it loses the artifact.',
    run: async ({ open, scope, backdoor }) => {
      const { artifacts } = await open()
      for (const size of SIZES) {
        const [bytes, foreign] = [patterned(size), patterned(size, 9)]
        const id = independentId(bytes)
        await backdoor.writeArtifact(scope, id, foreign)
        await rejection(artifacts.put('output', bytes), 'artifact_corruption')
        const raw = await backdoor.readArtifact(scope, id)
        assert.equal(Buffer.compare(raw ?? new Uint8Array(), foreign), 0, 'it was overwritten')
        await requireCorrupt(artifacts.get(id), id, independentId(foreign))
      }
    },
  },
  {
    id: 'AS-11',
    subject: 'artifacts',
    level: 1,
    needs: ['backdoor.writeArtifact', 'backdoor.readArtifact'],
    title:
      'a flipped bit, missing or added bytes, another artifact or a gzip of it are never given out',
    why: 'A replay on bytes that are not those that were recorded proves nothing.',
    run: async (context) => {
      const { scope, backdoor } = context
      const { artifacts } = await context.open()
      for (const size of SIZES) {
        const bytes = patterned(size, 3)
        const id = await artifacts.put('output', bytes)
        const damages = [
          flipped(bytes, someInteger(context, 0, size * 8 - 1)),
          flipped(bytes, 0),
          flipped(bytes, size * 8 - 1),
          bytes.subarray(0, size - 1),
          bytes.subarray(0, size >>> 1),
          new Uint8Array(),
          Buffer.concat([bytes, new Uint8Array(1)]),
          gzipSync(bytes),
        ]
        for (const damaged of damages) {
          await backdoor.writeArtifact(scope, id, damaged)
          await afresh(context, artifacts, async (store) => {
            await requireCorrupt(store.get(id), id, independentId(damaged))
            assert.equal(await store.exists(id), true)
          })
        }
        await backdoor.writeArtifact(scope, id, bytes)
        await afresh(context, artifacts, (store) => assertStored(store, id, bytes))
        const raw = await backdoor.readArtifact(scope, id)
        assert.equal(Buffer.compare(raw ?? new Uint8Array(), bytes), 0)
      }
    },
  },
  {
    id: 'AS-11b',
    subject: 'artifacts',
    level: 1,
    needs: ['backdoor.writeArtifact'],
    title: 'of two artifacts that were swapped neither is given out, and their neighbours are',
    why: 'Each has a valid checksum of its own, so only the address can tell.',
    run: async (context) => {
      const { scope, backdoor } = context
      const { artifacts } = await context.open()
      for (const size of SIZES) {
        const [one, other, third] = [patterned(size, 4), patterned(size, 5), patterned(size, 6)]
        const oneId = await artifacts.put('output', one)
        const otherId = await artifacts.put('output', other)
        const thirdId = await artifacts.put('output', third)
        await backdoor.writeArtifact(scope, oneId, other)
        await backdoor.writeArtifact(scope, otherId, one)
        await afresh(context, artifacts, async (store) => {
          await requireCorrupt(store.get(oneId), oneId, otherId)
          await requireCorrupt(store.get(otherId), otherId, oneId)
          await assertStored(store, thirdId, third)
        })
      }
    },
  },
  {
    id: 'AS-23c',
    subject: 'artifacts',
    level: 1,
    needs: ['getMany', 'backdoor.writeArtifact'],
    title: 'a damaged artifact among many is named, and not given out as absent',
    why: 'In a batch it is easy to leave out what does not fit.',
    run: async (context) => {
      const { scope, backdoor } = context
      const { artifacts } = await context.open()
      const [sound, spoilt] = [patterned(700, 1), patterned(700, 2)]
      const soundId = await artifacts.put('output', sound)
      const spoiltId = await artifacts.put('output', spoilt)
      await backdoor.writeArtifact(scope, spoiltId, flipped(spoilt, 77))
      await afresh(context, artifacts, async (store) => {
        assert.ok(canGetMany(store))
        const getting = store.getMany([soundId, spoiltId])
        await requireCorrupt(getting, spoiltId, independentId(flipped(spoilt, 77)))
        const [alone] = await store.getMany([soundId])
        assert.equal(Buffer.compare(alone ?? new Uint8Array(), sound), 0)
      })
    },
  },
]
