import assert from 'node:assert/strict'
import type { ArtifactId, ArtifactStore } from '@mfm/core-types'
import type { ConformanceCase } from '../../case.ts'
import { at } from '../support/expecting.ts'
import { openHandles } from '../support/handles.ts'
import type { Chance } from '../support/samples.ts'
import { bytesOf, forkChance, idOf, upTo } from '../support/samples.ts'
import { requireAborted, settle } from '../support/settled.ts'
import { within } from '../support/within.ts'
import { lastingLeftovers, someMoment } from './moments.ts'
import { assertStored, independentId, patterned } from './sample-bytes.ts'

/** Longest that a get may take once nothing else is going on. */
const GET_MILLIS = 5000

export const PUTTING: readonly ConformanceCase<'artifacts'>[] = [
  {
    id: 'AS-04',
    subject: 'artifacts',
    level: 0,
    title: 'a second put of the same bytes gives the same id',
    why: 'Puts are repeated after every crash and every lost reply; a second one must be nothing.',
    run: async ({ open }) => {
      const { artifacts } = await open()
      for (const size of [10, 600, 10_000]) {
        const id = await artifacts.put('output', patterned(size))
        assert.equal(await artifacts.put('output', patterned(size)), id)
        await assertStored(artifacts, id, patterned(size))
      }
    },
  },
  {
    id: 'AS-04b',
    subject: 'artifacts',
    level: 1,
    needs: ['backdoor.artifactVersion'],
    title: 'a second put of the same bytes does not rewrite the object',
    why: 'A rewrite costs the transfer again, and for a moment puts what is proven at risk.',
    run: async ({ open, scope, backdoor }) => {
      const { artifacts } = await open()
      for (const size of [10, 10_000, 200_000]) {
        const id = await artifacts.put('output', patterned(size))
        const before = await backdoor.artifactVersion(scope, id)
        assert.notEqual(before, undefined)
        await artifacts.put('manifest', patterned(size))
        assert.equal(await backdoor.artifactVersion(scope, id), before)
      }
    },
  },
  {
    id: 'AS-06',
    subject: 'artifacts',
    level: 2,
    title: '64 concurrent puts of one artifact and of 64 different ones succeed',
    why: 'Parallel states record equal answers; a race that makes one of them fail fails the run.',
    run: async (context) => {
      const handles = await openHandles(context, 2)
      const store = (index: number) => at(handles, index % 2).artifacts
      for (const round of upTo(context.rounds(5))) {
        const text = `same ${round}`
        const same = await Promise.all(
          upTo(64).map((index) => store(index).put('output', bytesOf(text))),
        )
        assert.deepEqual(new Set(same), new Set([idOf(text)]))
        await assertStored(store(round), idOf(text), bytesOf(text))
      }
      const ids = await Promise.all(
        upTo(64).map((index) => store(index).put('output', patterned(100 * index, index))),
      )
      for (const [index, id] of ids.entries()) {
        await assertStored(store(index), id, patterned(100 * (index + 1), index + 1))
      }
    },
  },
  {
    id: 'AS-14',
    subject: 'artifacts',
    level: 1,
    needs: ['backdoor.leftovers'],
    title: 'an aborted put leaves the whole artifact or nothing, and no temporary file or upload',
    why: 'Cancelled runs are routine; what each leaves behind is paid for until somebody finds it.',
    run: async (context) => {
      const { artifacts } = await context.open()
      const size = Math.min(context.harness.limits?.artifactBytes ?? 2 ** 21, 2 ** 21)
      for (const round of upTo(context.rounds(20))) {
        context.signal.throwIfAborted()
        const bytes = patterned(size, round)
        const abort = new AbortController()
        const reason = new Error('enough')
        const putting = artifacts.put('attachment', bytes, { signal: abort.signal })
        const settled = settle(putting)
        await someMoment(context)
        abort.abort(reason)
        const result = await settled
        requireAborted(result, reason)
        const id = independentId(bytes)
        const isThere = await artifacts.exists(id)
        assert.ok(isThere || result.status === 'rejected', 'a put that resolved left nothing')
        if (isThere) await assertStored(artifacts, id, bytes)
      }
      assert.deepEqual(await lastingLeftovers(context), [])
    },
  },
  {
    id: 'AS-15',
    subject: 'artifacts',
    level: 2,
    title: 'after 500 aborted gets the next one succeeds in time',
    why: 'A connection that an abandoned body holds is gone for ever, and then none is left.',
    run: async (context) => {
      const { artifacts } = await context.open()
      const bytes = patterned(256 * 1024)
      const id = await artifacts.put('attachment', bytes)
      const rounds = Math.ceil(context.rounds(500) / 25)
      for (const _ of upTo(rounds)) {
        context.signal.throwIfAborted()
        const abandoned = upTo(25).map(() => abandonGet(artifacts, id, forkChance(context)))
        const ended = await within(GET_MILLIS, Promise.all(abandoned))
        assert.notEqual(ended, 'late', 'an aborted get does not end')
      }
      assert.notEqual(await within(GET_MILLIS, assertStored(artifacts, id, bytes)), 'late')
    },
  },
]

async function abandonGet(store: ArtifactStore, id: ArtifactId, chance: Chance): Promise<void> {
  const abort = new AbortController()
  const reason = new Error('not wanted any more')
  const getting = settle(store.get(id, { signal: abort.signal }))
  await someMoment(chance)
  abort.abort(reason)
  requireAborted(await getting, reason)
}
