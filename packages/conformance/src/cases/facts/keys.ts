import assert from 'node:assert/strict'
import type { ArtifactId, FactKey, RunId } from '@mfm/core-types'
import type { ConformanceCase } from '../../case.ts'
import { rejection } from '../support/expecting.ts'
import { collect, idOf, newRun, someOf, upTo } from '../support/samples.ts'
import { HOSTILE_KEYS, someHostileKey } from './hostile-keys.ts'

export const KEYS: readonly ConformanceCase<'facts'>[] = [
  {
    id: 'FI-16',
    subject: 'facts',
    level: 0,
    title: 'no two pairs of run and key are one, whatever the key holds',
    why: 'Two keys that share a place share an answer.',
    run: async (context) => {
      const { facts } = await context.open()
      const runs = [newRun(context), newRun(context)]
      const keys = [...HOSTILE_KEYS, ...runs, ...runs.map((run) => `${run}:k`)]
      for (const [index, key] of keys.entries()) {
        for (const run of runs) {
          const bound = await facts.bindIfUnset(run, key, idOf(`${index} ${run}`))
          assert.equal(bound.inserted, true, JSON.stringify(key.slice(0, 40)))
        }
      }
      for (const run of runs) {
        const expected = keys.map((key, index) => [key, idOf(`${index} ${run}`)] as const)
        assert.deepEqual(new Map(await collect(facts.entries(run))), new Map(expected))
        for (const [key, bound] of expected) assert.equal(await facts.get(run, key), bound)
      }
    },
  },
  {
    id: 'FI-16b',
    subject: 'facts',
    level: 0,
    title: 'random keys of separators in three runs stay apart',
    why: 'The pairs that collide are those that nobody wrote down.',
    run: async (context) => {
      const { facts } = await context.open()
      const runs = upTo(3).map(() => newRun(context))
      const expected = new Map(runs.map((run) => [run, new Map<FactKey, ArtifactId>()]))
      for (const round of upTo(context.rounds(400))) {
        const [run, key] = [someOf(context, runs), someHostileKey(context)]
        const bindings = expected.get(run) ?? new Map<FactKey, ArtifactId>()
        const bound = await facts.bindIfUnset(run, key, idOf(`${round}`))
        assert.equal(bound.inserted, !bindings.has(key), JSON.stringify(key))
        if (bound.inserted) bindings.set(key, bound.artifactId)
        assert.equal(bound.artifactId, bindings.get(key))
      }
      for (const [run, bindings] of expected) {
        assert.deepEqual(new Map(await collect(facts.entries(run))), bindings)
      }
    },
  },
  {
    id: 'FI-17',
    subject: 'facts',
    level: 0,
    title: 'keys that are not well-formed text and malformed ids are refused',
    why: 'Half a surrogate pair comes back as another key from every encoder that there is.',
    run: async (context) => {
      const { facts } = await context.open()
      const run = newRun(context)
      for (const given of ['\ud800', 'a\udc00', 7, null, undefined]) {
        const key = given as string // on purpose
        await rejection(facts.get(run, key), 'invalid_id')
        await rejection(facts.bindIfUnset(run, key, idOf('x')), 'invalid_id')
        await rejection(facts.unbindIfMatches(run, key, idOf('x')), 'invalid_id')
      }
      for (const given of ['', 'x', 'A'.repeat(64), null]) {
        const id = given as ArtifactId // on purpose
        await rejection(facts.bindIfUnset(run, 'k', id), 'invalid_id')
        await rejection(facts.unbindIfMatches(run, 'k', id), 'invalid_id')
      }
      for (const given of ['', 'x', `${run}x`, run.toUpperCase(), '*']) {
        const id = given as RunId // on purpose
        await rejection(facts.get(id, 'k'), 'invalid_id')
        await rejection(collect(facts.entries(id)), 'invalid_id')
      }
      assert.deepEqual(await collect(facts.entries(run)), [])
    },
  },
  {
    id: 'FI-17b',
    subject: 'facts',
    level: 0,
    title: 'keys that look like commands, patterns and scripts touch nothing but themselves',
    why: 'A key is made from a request, and a request from what somebody typed.',
    run: async (context) => {
      const { facts } = await context.open()
      const [run, other] = [newRun(context), newRun(context)]
      const canaries = upTo(10).map((index) => [`canary ${index}`, idOf(`${index}`)] as const)
      for (const [key, id] of canaries) {
        await facts.bindIfUnset(run, key, id)
        await facts.bindIfUnset(other, key, id)
      }
      for (const key of HOSTILE_KEYS) {
        assert.equal(await facts.unbindIfMatches(run, key, idOf('1')), false)
        assert.equal((await facts.bindIfUnset(run, key, idOf('hostile'))).inserted, true)
        assert.equal(await facts.get(run, key), idOf('hostile'))
        assert.equal(await facts.unbindIfMatches(run, key, idOf('hostile')), true)
        assert.equal(await facts.get(run, key), undefined)
      }
      for (const one of [run, other]) {
        assert.deepEqual(new Map(await collect(facts.entries(one))), new Map(canaries))
      }
    },
  },
]
