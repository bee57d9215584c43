import assert from 'node:assert/strict'
import type { ArtifactId, FactIndex, FactKey, RunId } from '@mfm/core-types'
import type { ConformanceCase } from '../../case.ts'
import { collect, idOf, newRun, upTo } from '../support/samples.ts'

/** Bindings under way at once. */
const AT_ONCE = 250

async function bindAll(facts: FactIndex, run: RunId, keys: readonly FactKey[]): Promise<void> {
  for (let first = 0; first < keys.length; first += AT_ONCE) {
    const some = keys.slice(first, first + AT_ONCE)
    await Promise.all(some.map((key) => facts.bindIfUnset(run, key, idOf(key))))
  }
}

export const ENTRIES: readonly ConformanceCase<'facts'>[] = [
  {
    id: 'FI-19',
    subject: 'facts',
    level: 2,
    title: 'entries are complete and without doubles past 10,000 keys, under concurrent binds',
    why: 'Cursors that repeat, skip or stop at a page are found by the run that is large enough.',
    run: async (context) => {
      const { facts } = await context.open()
      const run = newRun(context)
      const keys = upTo(10_050).map((index) => `key ${index}`)
      await bindAll(facts, run, keys)
      await bindAll(facts, newRun(context), ['of another run'])
      const found = new Map<FactKey, ArtifactId>()
      let count = 0
      for await (const [key, id] of facts.entries(run)) {
        found.set(key, id)
        count++
        if (count % 500 === 0) await facts.bindIfUnset(run, `late ${count}`, idOf('late'))
      }
      assert.equal(found.size, count, 'a key came twice')
      for (const key of keys) assert.equal(found.get(key), idOf(key), key)
      assert.equal(found.has('of another run'), false)
    },
  },
  {
    id: 'FI-19b',
    subject: 'facts',
    level: 1,
    title: 'entries that are left early hold nothing up, 200 times over',
    why: 'A cursor or a connection that an early break keeps is missing later.',
    run: async (context) => {
      const { facts } = await context.open()
      const run = newRun(context)
      const keys = upTo(300).map((index) => `key ${index}`)
      await bindAll(facts, run, keys)
      for (const _ of upTo(context.rounds(200))) {
        context.signal.throwIfAborted()
        for await (const [key] of facts.entries(run)) if (key.length > 0) break
      }
      assert.equal((await collect(facts.entries(run))).length, keys.length)
      assert.equal((await facts.bindIfUnset(run, 'after', idOf('after'))).inserted, true)
    },
  },
]
