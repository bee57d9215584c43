import assert from 'node:assert/strict'
import type { ConformanceCase } from '../../case.ts'
import { startChild, taskModule } from '../../children/child.ts'
import { newRun, upTo } from '../support/samples.ts'
import { requireRounds, writeRound } from './rounds.ts'

export const ISOLATION_CASES: readonly ConformanceCase<'any'>[] = [
  {
    id: 'XX-16',
    subject: 'any',
    level: 1,
    needs: ['shared'],
    title: 'everything is there when the state is opened again, closed before or not',
    why: 'A run is resumed by a process that has never seen it.',
    run: async (context) => {
      const run = newRun(context)
      for (const round of upTo(5)) {
        const stores = await context.open()
        await writeRound(stores, run, round)
        if (round % 2 === 0) await stores.close()
      }
      await requireRounds(await context.open(), run, 5)
    },
  },
  {
    id: 'XX-16b',
    subject: 'any',
    level: 1,
    needs: ['processes'],
    title:
      'another process sees everything that was acknowledged, and the first sees what that one wrote',
    why: 'A run is watched, resumed and verified by other processes than the one that wrote it.',
    run: async (context) => {
      const { harness, scope, signal } = context
      const run = newRun(context)
      const stores = await context.open()
      await writeRound(stores, run, 1)
      const task = taskModule(import.meta.url, './require-rounds.task')
      for (const rounds of [1, 2]) {
        const child = startChild(harness, { task, given: { scope, run, rounds }, signal })
        assert.deepEqual(await child.result(), ['seen'])
      }
      await requireRounds(stores, run, 3)
    },
  },
  {
    id: 'XX-19',
    subject: 'any',
    level: 0,
    title: 'two scopes in one process share nothing, the same names included',
    why: 'Two tenants, or a test beside a run, use one library in one process.',
    run: async (context) => {
      const run = newRun(context)
      const [one, other] = await Promise.all([context.open(), context.openOther()])
      for (const round of upTo(3))
        await Promise.all([writeRound(one, run, round), writeRound(other, run, round)])
      await writeRound(one, run, 4)
      await requireRounds(one, run, 4)
      await requireRounds(other, run, 3)
      await other.close()
      await writeRound(one, run, 5)
      await requireRounds(one, run, 5)
    },
  },
  {
    id: 'XX-19b',
    subject: 'any',
    level: 1,
    needs: ['processes'],
    title: 'a process whose built-ins are frozen writes and reads as any other',
    why: 'A store that patches a built-in changes every other library of the process.',
    run: async (context) => {
      const { harness, scope, signal } = context
      const run = newRun(context)
      await writeRound(await context.open(), run, 1)
      const task = taskModule(import.meta.url, './require-rounds.task')
      const flags = ['--frozen-intrinsics', '--disable-warning=ExperimentalWarning']
      const given = { scope, run, rounds: 1 }
      const child = startChild(harness, { task, given, signal, flags })
      assert.deepEqual(await child.result(), ['seen'])
    },
  },
  {
    id: 'XX-22',
    subject: 'any',
    level: 1,
    needs: ['backdoor.contents'],
    title: 'destroying a scope leaves nothing of it, and touches nothing beside it',
    why: 'A test that leaves its data, or takes that of its neighbour, makes every other test unsure.',
    run: async (context) => {
      const { harness, scope, otherScope, backdoor } = context
      const run = newRun(context)
      const [stores, neighbour] = await Promise.all([context.open(), context.openOther()])
      for (const round of upTo(3)) {
        await Promise.all([writeRound(stores, run, round), writeRound(neighbour, run, round)])
      }
      assert.notDeepEqual(
        await backdoor.contents(scope),
        [],
        'the backdoor shows nothing of what is there',
      )
      await stores.close()
      await harness.destroy(scope)
      assert.deepEqual(await backdoor.contents(scope), [])
      assert.notDeepEqual(await backdoor.contents(otherScope), [])
      await requireRounds(neighbour, run, 3)
      await harness.destroy(scope)
    },
  },
]
