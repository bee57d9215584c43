import { randomUUID } from 'node:crypto'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunId, Stores } from '@mfm/core-types'
import { openRecording } from '@mfm/io-live'
import { openSqliteStores } from '@mfm/store-sqlite'
import type { Op } from '@mfm/workflow'
import { runWorkflow } from '@mfm/workflow'
import type { Setting } from '../benchmark.ts'
import { expectEqual } from '../harness/check.ts'
import type { ExpectedFacts } from './answers.ts'
import { AnsweringTransport, checkFacts } from './answers.ts'
import { removeDatabase } from './database-file.ts'
import { callInProgram } from './programs.ts'

/** A file with one finished run or recording. */
export interface RecordedStore {
  readonly path: string
  readonly facts: ExpectedFacts
}

interface Recorded {
  readonly stores: Stores
  readonly transport: AnsweringTransport
  readonly runId: RunId
}

type Folders = Pick<Setting, 'folder' | 'scratch'>

/** A run of an op that makes so many calls. */
export async function recordRun(
  folders: Folders,
  series: string,
  count: number,
  opOf: (series: string, count: number) => Op<never, number>,
): Promise<RecordedStore> {
  return await recordStore(folders, { runId: newRunId(), series, count }, async (options) => {
    const { phase } = await runWorkflow(opOf(series, count), options)
    expectEqual('phase of the run', phase, 'completed')
  })
}

/** A recording of so many calls by `io-live` alone. */
export async function recordProgram(
  folders: Folders,
  series: string,
  count: number,
): Promise<RecordedStore> {
  return await recordStore(folders, { runId: newRunId(), series, count }, async (options) => {
    await using recording = await openRecording(options)
    await callInProgram(recording, series, count)
  })
}

/** Recorded in memory, where no commit waits for a disk; to be replayed from a disk. */
async function recordStore(
  { folder, scratch }: Folders,
  facts: ExpectedFacts,
  record: (options: Recorded) => Promise<void>,
): Promise<RecordedStore> {
  const { runId, series, count } = facts
  const name = `${series}-${count}.db`
  const made = join(scratch, name)
  const path = join(folder, `finished-${name}`)
  const transport = new AnsweringTransport()
  try {
    const stores = await openSqliteStores({ path: made })
    try {
      await record({ stores, transport, runId })
      await checkFacts(stores, facts)
    } finally {
      await stores.close()
    }
    copyFileSync(made, path)
  } finally {
    removeDatabase(made)
  }
  expectEqual('calls made', transport.calls, count)
  return { path, facts }
}

function newRunId(): RunId {
  return randomUUID() as RunId // a UUID is one
}
