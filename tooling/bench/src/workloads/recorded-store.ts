import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { openRecording } from '@mfm/io-live'
import { openSqliteStores } from '@mfm/store-sqlite'
import { runWorkflow } from '@mfm/workflow'
import { expectEqual } from '../harness/check.ts'
import type { ExpectedFacts } from './answers.ts'
import { AnsweringTransport } from './answers.ts'
import { callInProgram, callPerState, callsInOneState } from './programs.ts'

/** A file with three finished runs of as many facts each. */
export interface RecordedStore {
  readonly path: string
  readonly count: number
  /** The calls of a run in one state. */
  readonly calls: ExpectedFacts
  /** A state for each call. */
  readonly states: ExpectedFacts
  /** By `io-live` alone. */
  readonly recording: ExpectedFacts
}

export async function recordStore(folder: string, count: number): Promise<RecordedStore> {
  const path = join(folder, `recorded-${count}.db`)
  const expected = (series: string): ExpectedFacts => {
    return { runId: randomUUID() as ExpectedFacts['runId'], series, count } // a UUID is one
  }
  const store = {
    path,
    count,
    calls: expected('calls'),
    states: expected('states'),
    recording: expected('recording'),
  }
  await using stores = await openSqliteStores({ path })
  const transport = new AnsweringTransport()
  const options = { stores, transport }
  const run = async (): Promise<void> => {
    const { phase } = await runWorkflow(callsInOneState('calls', count), {
      ...options,
      runId: store.calls.runId,
    })
    expectEqual('phase of the run', phase, 'completed')
  }
  const runStates = async (): Promise<void> => {
    const { phase } = await runWorkflow(callPerState('states', count), {
      ...options,
      runId: store.states.runId,
    })
    expectEqual('phase of the run', phase, 'completed')
  }
  const recordAlone = async (): Promise<void> => {
    await using recording = await openRecording({ ...options, runId: store.recording.runId })
    await callInProgram(recording, 'recording', count)
  }
  // At once, to share the waits for the disk.
  await Promise.all([run(), runStates(), recordAlone()])
  expectEqual('calls made', transport.calls, 3 * count)
  return store
}
