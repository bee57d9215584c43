import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import type { CaseContext, ConformanceCase } from '../../case.ts'
import { startChild, taskModule } from '../../children/child.ts'
import { newRun, upTo } from '../support/samples.ts'
import { within } from '../support/within.ts'
import { writeRound } from './rounds.ts'

/** Waits until a number is no more than it was, or 5 s. */
async function settled(count: () => Promise<number>, before: number): Promise<number> {
  let now = await count()
  for (let tries = 0; now > before && tries < 100; tries++) {
    await setTimeout(50)
    now = await count()
  }
  return now
}

/** Sockets, timers and what else keeps a process going, and file descriptors where the system shows them. */
async function heldResources(): Promise<number> {
  const descriptors = await readdir('/proc/self/fd').catch(() => [])
  return process.getActiveResourcesInfo().length + descriptors.length
}

const taskIn = (name: string, context: CaseContext<'any'>) => ({
  task: taskModule(import.meta.url, name),
  signal: context.signal,
})

export const PROCESS_CASES: readonly ConformanceCase<'any'>[] = [
  {
    id: 'XX-11',
    subject: 'any',
    level: 1,
    needs: ['processes'],
    title: 'after close a process ends by itself within two seconds',
    why: 'A forgotten timer or socket keeps a command-line program hanging after its work is done.',
    run: async (context) => {
      const given = { scope: context.scope, run: newRun(context) }
      const child = startChild(context.harness, {
        ...taskIn('./use-and-close.task', context),
        given,
      })
      const said: unknown[] = []
      for await (const message of child.messages) {
        said.push(message)
        if (message !== 'closed') continue
        const exit = await within(2000, child.exit)
        child.kill()
        assert.notEqual(exit, 'late', 'something keeps the process after close')
      }
      await child.result()
      assert.deepEqual(said, ['used', 'closed'])
    },
  },
  {
    id: 'XX-11b',
    subject: 'any',
    level: 1,
    needs: ['backdoor.connections'],
    title: 'after close the server has as many connections as before',
    why: 'Servers allow a few hundred connections. A leak of one for each opening takes them all.',
    run: async (context) => {
      const { connections } = context.backdoor
      const run = newRun(context)
      await (await context.openOther()).close()
      const before = await connections()
      const all = await Promise.all(upTo(5).map(() => context.open()))
      for (const [index, stores] of all.entries()) await writeRound(stores, run, index + 1)
      await Promise.all(all.map((stores) => stores.close()))
      assert.ok((await settled(connections, before)) <= before, 'connections are left')
    },
  },
  {
    id: 'XX-13',
    subject: 'any',
    level: 1,
    title: 'a hundred openings leave no socket, timer or file descriptor',
    why: 'A long-lived process that opens a store for every run dies of it after some thousand runs.',
    run: async (context) => {
      const cycle = async (): Promise<void> => {
        const { events, artifacts, facts, close } = await context.open()
        const run = newRun(context)
        await events?.headSeq(run)
        await artifacts?.exists('0'.repeat(64) as never) // a digest by its grammar
        await facts?.get(run, 'k')
        await close()
      }
      for (const _ of upTo(3)) await cycle()
      await setTimeout(100)
      const before = await heldResources()
      for (const _ of upTo(context.rounds(100))) await cycle()
      // The pools of an HTTP client may end a moment after their owner.
      const after = await settled(heldResources, before)
      assert.ok(
        after <= before,
        `${after - before} resources are left: ${process.getActiveResourcesInfo()}`,
      )
    },
  },
]
