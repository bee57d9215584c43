import assert from 'node:assert/strict'
import type { Durability } from '@mfm/core-types'
import type { ConformanceCase } from '../../case.ts'
import { collect, idOf, newRun } from '../support/samples.ts'

/** What survives the loss of the machine that acknowledged a binding. */
const SURVIVES_FAILOVER: Readonly<Record<Durability, boolean>> = {
  none: false,
  process: false,
  disk: false,
  replicated: true,
}

export const BINDING: readonly ConformanceCase<'facts'>[] = [
  {
    id: 'FI-01',
    subject: 'facts',
    level: 0,
    title: 'the first bind wins and says so',
    why: 'The winner performs the call that the fact records; two winners perform it twice.',
    run: async (context) => {
      const { facts } = await context.open()
      const [run, id] = [newRun(context), idOf('a')]
      assert.deepEqual(await facts.bindIfUnset(run, 'k', id), { artifactId: id, inserted: true })
      assert.equal(await facts.get(run, 'k'), id)
    },
  },
  {
    id: 'FI-02',
    subject: 'facts',
    level: 0,
    title: 'a second id loses without throwing and learns the first one',
    why: 'The loser goes on with the answer of the winner; an error would fail it for being second.',
    run: async (context) => {
      const { facts } = await context.open()
      const [run, id] = [newRun(context), idOf('a')]
      await facts.bindIfUnset(run, 'k', id)
      const second = await facts.bindIfUnset(run, 'k', idOf('b'))
      assert.deepEqual(second, { artifactId: id, inserted: false })
      assert.equal(await facts.get(run, 'k'), id)
    },
  },
  {
    id: 'FI-03',
    subject: 'facts',
    level: 0,
    title: 'binding the same again changes nothing',
    why: 'A bind is repeated after a lost reply and at every rebuild.',
    run: async (context) => {
      const { facts } = await context.open()
      const [run, id] = [newRun(context), idOf('a')]
      await facts.bindIfUnset(run, 'k', id)
      const again = await facts.bindIfUnset(run, 'k', id)
      assert.deepEqual(again, { artifactId: id, inserted: false })
      assert.deepEqual(await collect(facts.entries(run)), [['k', id]])
    },
  },
  {
    id: 'FI-04',
    subject: 'facts',
    level: 0,
    title: 'an unknown key is undefined, and runs are independent',
    why: 'A fact of another run is an answer to another question.',
    run: async (context) => {
      const { facts } = await context.open()
      const [here, there] = [newRun(context), newRun(context)]
      assert.equal(await facts.get(here, 'k'), undefined)
      assert.deepEqual(await collect(facts.entries(here)), [])
      await facts.bindIfUnset(here, 'k', idOf('a'))
      assert.equal(await facts.get(there, 'k'), undefined)
      assert.equal((await facts.bindIfUnset(there, 'k', idOf('b'))).inserted, true)
      assert.equal(await facts.get(here, 'k'), idOf('a'))
    },
  },
  {
    id: 'FI-06',
    subject: 'facts',
    level: 0,
    title: 'unbind removes a matching binding and nothing else',
    why: 'A writer that gives up takes back its own binding; with another’s it would take a fact away.',
    run: async (context) => {
      const { facts } = await context.open()
      const run = newRun(context)
      await facts.bindIfUnset(run, 'k', idOf('a'))
      assert.equal(await facts.unbindIfMatches(run, 'k', idOf('b')), false)
      assert.equal(await facts.unbindIfMatches(run, 'other', idOf('a')), false)
      assert.equal(await facts.unbindIfMatches(newRun(context), 'k', idOf('a')), false)
      assert.equal(await facts.get(run, 'k'), idOf('a'))
      assert.equal(await facts.unbindIfMatches(run, 'k', idOf('a')), true)
      assert.equal(await facts.get(run, 'k'), undefined)
      assert.deepEqual(await collect(facts.entries(run)), [])
      assert.equal(await facts.unbindIfMatches(run, 'k', idOf('a')), false)
      assert.equal((await facts.bindIfUnset(run, 'k', idOf('b'))).inserted, true)
      assert.deepEqual(await collect(facts.entries(run)), [['k', idOf('b')]])
    },
  },
  {
    id: 'FI-14',
    subject: 'facts',
    level: 1,
    needs: ['backdoor.factsExpire'],
    title: 'no binding can expire',
    why: 'A fact that is gone after a week makes the resume of a long run repeat its effects.',
    run: async (context) => {
      const { scope, backdoor } = context
      const { facts } = await context.open()
      const run = newRun(context)
      await facts.bindIfUnset(run, 'kept', idOf('a'))
      await facts.bindIfUnset(run, 'taken back', idOf('a'))
      await facts.unbindIfMatches(run, 'taken back', idOf('a'))
      await facts.bindIfUnset(run, 'taken back', idOf('b'))
      assert.equal(await backdoor.factsExpire(scope), false)
    },
  },
  {
    id: 'FI-15',
    subject: 'facts',
    level: 0,
    title: 'what a failover may lose is declared, and the report says it',
    why: 'Who picks an index must know whether to rebuild it after the loss of a machine.',
    run: async ({ open, note }) => {
      const { facts } = await open()
      const { durability } = facts.description
      assert.ok(Object.hasOwn(SURVIVES_FAILOVER, durability), `durability ${durability}`)
      const survives = SURVIVES_FAILOVER[durability]
      note(
        survives
          ? `durability ${durability}: acknowledged bindings survive the loss of a machine`
          : `durability ${durability}: the loss of its machine may lose acknowledged bindings; rebuild from the stream`,
      )
    },
  },
  {
    id: 'FI-24',
    subject: 'facts',
    level: 1,
    needs: ['shared'],
    title: 'destroying one scope leaves its neighbours intact, those too whose names begin alike',
    why: 'Cleaning up by prefix is how one tenant’s facts vanish with another’s.',
    run: async (context) => {
      const { harness, scope, otherScope, signal } = context
      const longer = `${scope}0`
      const run = newRun(context)
      const mine = await context.open()
      await mine.facts.bindIfUnset(run, 'k', idOf('mine'))
      const other = await context.openOther()
      await other.facts.bindIfUnset(run, 'k', idOf(otherScope))
      const neighbour = await harness.open(longer, { signal })
      try {
        await neighbour.facts?.bindIfUnset(run, 'k', idOf(longer))
        await mine.close()
        await harness.destroy(scope)
        assert.equal(await other.facts.get(run, 'k'), idOf(otherScope))
        assert.equal(await neighbour.facts?.get(run, 'k'), idOf(longer))
        const again = await context.open()
        assert.equal(await again.facts.get(run, 'k'), undefined)
      } finally {
        await neighbour.close()
        await harness.destroy(longer)
      }
    },
  },
]
