import assert from 'node:assert/strict'
import type { ArtifactId, FactKey, JsonValue } from '@mfm/core-types'
import type { ConformanceCase } from '../../case.ts'
import { startChild, taskModule } from '../../children/child.ts'
import { collect, newRun, upTo } from '../support/samples.ts'

const PROCESSES = 4

/** What one process said: which artifact it got for each key, and last how often it won. */
function readReport(messages: readonly JsonValue[]): {
  readonly got: ReadonlyMap<FactKey, ArtifactId>
  readonly wins: number
} {
  const pairs = messages.slice(0, -1).flat() as unknown as [FactKey, ArtifactId][] // from the task
  return { got: new Map(pairs), wins: Number(messages.at(-1)) }
}

export const PROCESS_RACES: readonly ConformanceCase<'facts'>[] = [
  {
    id: 'FI-23',
    subject: 'facts',
    level: 2,
    needs: ['processes'],
    title: '4 processes race for 1,000 keys: each has one winner, on whom all agree',
    why: 'Arbiters that work within one process are what tests find and machines do not.',
    run: async (context) => {
      const [run, startRun] = [newRun(context), newRun(context)]
      const count = context.rounds(1000)
      const names = upTo(PROCESSES).map((index) => `racer ${index}`)
      const { harness, scope, signal } = context
      const children = names.map((name) => {
        const given = { scope, run, startRun, name, names, count }
        return startChild(harness, {
          task: taskModule(import.meta.url, './race-keys.task'),
          given,
          signal,
        })
      })
      const reports = (await Promise.all(children.map((child) => child.result()))).map(readReport)
      const { facts } = await context.open()
      const agreed = new Map(await collect(facts.entries(run)))
      assert.equal(agreed.size, count)
      for (const { got } of reports) assert.deepEqual(got, agreed)
      assert.equal(
        reports.reduce((sum, { wins }) => sum + wins, 0),
        count,
        'a key was won more or less than once',
      )
      context.note(`wins of the processes: ${reports.map(({ wins }) => wins).join(', ')}`)
    },
  },
]
