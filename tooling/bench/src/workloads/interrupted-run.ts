import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { RunId } from '@mfm/core-types'
import { Failpoints } from '@mfm/engine'
import { openSqliteStores } from '@mfm/store-sqlite'
import { resumeWorkflow, runWorkflow } from '@mfm/workflow'
import { expectEqual } from '../harness/check.ts'
import type { Side } from '../harness/interleave.ts'
import { timed } from '../harness/interleave.ts'
import { AnsweringTransport, checkFacts } from './answers.ts'
import { copyDatabase, removeDatabase } from './database-file.ts'
import { callPerState } from './programs.ts'

const SERIES = 'resumed'

/** A run of `callPerState` that stopped when all of its states but the last had completed. */
export interface InterruptedRun {
  readonly runId: RunId
  readonly states: number
  /** The file as its process closed it. */
  readonly closed: string
  /** The file as a crash would have left it at that moment. */
  readonly crashed: string
}

export async function interruptRun(folder: string, states: number): Promise<InterruptedRun> {
  const name = join(folder, `interrupted-${states}`)
  const run = {
    runId: randomUUID() as RunId, // a UUID is one
    states,
    closed: `${name}-closed.db`,
    crashed: `${name}-crashed.db`,
  }
  await using stores = await openSqliteStores({ path: run.closed })
  const failpoints = new Failpoints()
  const transport = new AnsweringTransport((n) => {
    if (n === states - 2) failpoints.arm('after_state_completed')
  })
  const { runId } = run
  const op = callPerState(SERIES, states)
  const { phase } = await runWorkflow(op, { stores, transport, runId, failpoints })
  expectEqual('phase of the interrupted run', phase, 'running')
  expectEqual('calls made', transport.calls, states - 1)
  copyDatabase(run.closed, run.crashed)
  return run
}

/** Opens the store, plans the op, resumes the run to its end, closes the store. */
export async function resumeRun(path: string, runId: RunId, states: number): Promise<void> {
  const transport = new AnsweringTransport()
  await using stores = await openSqliteStores({ path })
  const op = callPerState(SERIES, states)
  const { phase, output } = await resumeWorkflow(op, { stores, transport, runId })
  expectEqual('phase of the resumed run', phase, 'completed')
  expectEqual('output of the resumed run', output, states - 1)
  expectEqual('calls that the resume made', transport.calls, 1)
}

/** Every pass resumes a fresh copy. */
export function resumeSide(folder: string, { runId, states }: InterruptedRun, from: string): Side {
  const path = join(folder, 'resumed.db')
  return {
    units: 1,
    pass: async () => {
      copyDatabase(from, path)
      try {
        const pass = await timed(async () => await resumeRun(path, runId, states))
        await using stores = await openSqliteStores({ path, readOnly: true })
        await checkFacts(stores, { runId, series: SERIES, count: states })
        return pass
      } finally {
        removeDatabase(path)
      }
    },
  }
}

/** The part of a resume that no store can shorten. */
export function planningSide(states: number): Side {
  return {
    units: 1,
    pass: async () =>
      await timed(async () => {
        expectEqual('states', callPerState(SERIES, states).plan.states.length, states)
      }),
  }
}
