import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FactIndex, RunId } from '@mfm/core-types'
import type { ConformanceCase } from '../../case.ts'
import { bindingExperiment } from '../../histories/binding-experiment.ts'
import { checkHistories } from '../../histories/check-histories.ts'
import { at } from '../support/expecting.ts'
import { openHandles } from '../support/handles.ts'
import { idOf, newRun, someOf, upTo } from '../support/samples.ts'
import { withClock } from '../support/with-clock.ts'

interface Racer {
  readonly facts: FactIndex
  readonly run: RunId
  readonly name: string
  readonly rounds: number
}

/** Binds one key and takes it back, again and again; counts how often it won. */
async function bindAndUnbind({ facts, run, name, rounds }: Racer): Promise<number> {
  const own = idOf(name)
  let won = 0
  for (let round = 0; round < rounds; round++) {
    const { inserted, artifactId } = await facts.bindIfUnset(run, 'k', own)
    if (!inserted) continue
    won++
    assert.equal(artifactId, own)
    assert.equal(await facts.unbindIfMatches(run, 'k', idOf('nobody')), false)
    assert.equal(await facts.get(run, 'k'), own)
    // As after a lost reply: the second one must not take away what another racer binds in between.
    const removals = [facts.unbindIfMatches(run, 'k', own), facts.unbindIfMatches(run, 'k', own)]
    assert.deepEqual((await Promise.all(removals)).sort(), [false, true])
  }
  return won
}

/** Reads keys until the writer is done; once seen, each must stay as it is. */
async function watchForFlicker(
  facts: FactIndex,
  run: RunId,
  keys: readonly string[],
  isDone: () => boolean,
): Promise<ReadonlySet<string>> {
  const seen = new Set<string>()
  while (!isDone()) {
    for (const key of keys) {
      const id = await facts.get(run, key)
      assert.ok(id === undefined ? !seen.has(key) : id === idOf(key), `${key} flickered`)
      if (id !== undefined) seen.add(key)
    }
    await nextTurn()
  }
  return seen
}

export const RACES: readonly ConformanceCase<'facts'>[] = [
  {
    id: 'FI-05',
    subject: 'facts',
    level: 2,
    title: 'of 64 racers one wins, and every loser holds the id of the winner',
    why: 'That is the one promise of the index: whoever asks, the fact is one.',
    run: async (context) => {
      const handles = await openHandles(context, 4)
      const run = newRun(context)
      for (const round of upTo(context.rounds(20))) {
        context.signal.throwIfAborted()
        const results = await Promise.all(
          upTo(64).map((racer) => {
            const { facts } = at(handles, racer % 4)
            return facts.bindIfUnset(run, `key ${round}`, idOf(`racer ${racer}`))
          }),
        )
        const winners = results.filter(({ inserted }) => inserted)
        assert.equal(winners.length, 1)
        const ids = new Set(results.map(({ artifactId }) => artifactId))
        assert.deepEqual(ids, new Set(winners.map(({ artifactId }) => artifactId)))
      }
    },
  },
  {
    id: 'FI-07',
    subject: 'facts',
    level: 2,
    title: 'binders and unbinders racing: nobody removes another one’s binding',
    why: 'A compare and a delete that are two steps delete what was bound between them.',
    run: async (context) => {
      const handles = await openHandles(context, 3)
      const run = newRun(context)
      const rounds = context.rounds(30)
      const wins = await Promise.all(
        upTo(12).map((racer) => {
          const { facts } = at(handles, racer % 3)
          return bindAndUnbind({ facts, run, name: `racer ${racer}`, rounds })
        }),
      )
      const won = wins.reduce((sum, one) => sum + one, 0)
      assert.ok(won > 0 && won < 12 * rounds, `nobody raced: ${won} of ${12 * rounds} binds won`)
      assert.equal(await at(handles, 0).facts.get(run, 'k'), undefined)
    },
  },
  {
    id: 'FI-08',
    subject: 'facts',
    level: 2,
    title: '100 histories of 8 clients that get, bind and unbind are linearizable per key',
    why: 'A double win or a stale read shows only in how the calls of several clients fit together.',
    run: async (context) => {
      const handles = (await openHandles(context, 2)).map(({ facts }) => facts)
      await checkHistories(context, 100, async (chance) => {
        const run = newRun(chance)
        return bindingExperiment(handles, [
          { run, key: 'k' },
          { run: newRun(chance), key: 'k' },
          { run, key: someOf(chance, ['', 'K', 'k:k', '{k}']) },
        ])
      })
    },
  },
  {
    id: 'FI-09',
    subject: 'facts',
    level: 2,
    title: 'once seen, a binding never flickers, on whatever opening',
    why: 'A fact that was there and is not repeats its effect; one that changes splits the run in two.',
    run: async (context) => {
      const [writer, ...readers] = await openHandles(context, 3)
      assert.ok(writer !== undefined)
      const run = newRun(context)
      const keys = upTo(100).map((index) => `key ${index}`)
      let isWritten = false
      const watching = Promise.all(
        readers.map(({ facts }) => watchForFlicker(facts, run, keys, () => isWritten)),
      )
      try {
        for (const key of keys) {
          await writer.facts.bindIfUnset(run, key, idOf(key))
          assert.equal((await writer.facts.bindIfUnset(run, key, idOf('late'))).inserted, false)
        }
      } finally {
        isWritten = true
      }
      await watching
      for (const { facts } of readers) {
        for (const key of keys) assert.equal(await facts.get(run, key), idOf(key))
      }
    },
  },
  {
    id: 'FI-21',
    subject: 'facts',
    level: 0,
    title: 'the first bind wins, whatever the clocks of the clients say',
    why: 'Machines disagree about the time by minutes; “last write wins” lets the fast clock win.',
    run: async (context) => {
      const [first, second] = await openHandles(context, 2)
      assert.ok(first !== undefined && second !== undefined)
      const run = newRun(context)
      for (const [index, skew] of [-600_000, 600_000].entries()) {
        const [key, winner] = [`key ${index}`, idOf(`winner ${index}`)]
        await withClock(-skew, () => first.facts.bindIfUnset(run, key, winner))
        const loser = idOf('late')
        await withClock(skew, async () => {
          const bound = await second.facts.bindIfUnset(run, key, loser)
          assert.deepEqual(bound, { artifactId: winner, inserted: false })
          assert.equal(await second.facts.unbindIfMatches(run, key, loser), false)
        })
        assert.equal(await first.facts.get(run, key), winner)
      }
    },
  },
]
