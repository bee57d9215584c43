import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { openRecording } from '@mfm/io-live'
import type { SqliteStores } from '@mfm/store-sqlite'
import { openSqliteStores } from '@mfm/store-sqlite'
import type { Op } from '@mfm/workflow'
import { runWorkflow } from '@mfm/workflow'
import { expectEqual } from '../harness/check.ts'
import type { Side } from '../harness/interleave.ts'
import { timed } from '../harness/interleave.ts'
import type { Pass } from '../harness/series.ts'
import type { ExpectedFacts } from './answers.ts'
import { AnsweringTransport, checkFacts } from './answers.ts'
import type { BareWrites } from './bare-sqlite.ts'
import { writeBareRows } from './bare-sqlite.ts'
import { removeDatabase } from './database-file.ts'
import { callInProgram } from './programs.ts'

export function bareSide(folder: string, rows: number, rowsPerCommit: number): Side {
  const path = join(folder, 'bare.db')
  const writes: BareWrites = { path, rows, rowsPerCommit }
  return {
    units: rows,
    pass: async () => {
      try {
        return await writeBareRows(writes)
      } finally {
        removeDatabase(path)
      }
    },
  }
}

/** How many recordings or runs at once, and how many facts each records. */
export interface Crowd {
  readonly folder: string
  readonly runs: number
  readonly factsPerRun: number
}

/** Recordings by `io-live` alone. */
export function recordingSide(crowd: Crowd): Side {
  return crowdSide(crowd, async (stores, transport, expected) => {
    const { runId, series, count } = expected
    await using recording = await openRecording({ stores, transport, runId })
    await callInProgram(recording, series, count)
  })
}

/** Runs of the engine. */
export function engineSide(
  crowd: Crowd,
  opOf: (series: string, count: number) => Op<never, number>,
  outputOf: (count: number) => number,
): Side {
  return crowdSide(crowd, async (stores, transport, { runId, series, count }) => {
    const { phase, output } = await runWorkflow(opOf(series, count), { stores, transport, runId })
    expectEqual('phase of the run', phase, 'completed')
    expectEqual('output of the run', output, outputOf(count))
  })
}

type Record = (
  stores: SqliteStores,
  transport: AnsweringTransport,
  expected: ExpectedFacts,
) => Promise<void>

function crowdSide({ folder, runs, factsPerRun }: Crowd, record: Record): Side {
  const path = join(folder, 'runs.db')
  const expected = Array.from({ length: runs }, (_, run): ExpectedFacts => {
    const runId = randomUUID() as ExpectedFacts['runId'] // a UUID is one
    return { runId, series: `s${run}`, count: factsPerRun }
  })
  const pass = async (): Promise<Pass> => {
    const transport = new AnsweringTransport()
    const stores = await openSqliteStores({ path })
    let timing: Pass
    try {
      const all = expected.map((one) => () => record(stores, transport, one))
      timing = await timed(async () => await Promise.all(all.map(async (run) => await run())))
    } finally {
      await stores.close()
    }
    expectEqual('calls made', transport.calls, runs * factsPerRun)
    await using reopened = await openSqliteStores({ path, readOnly: true })
    for (const one of expected) await checkFacts(reopened, one)
    return timing
  }
  return {
    units: runs * factsPerRun,
    pass: async () => {
      try {
        return await pass()
      } finally {
        removeDatabase(path)
      }
    },
  }
}
