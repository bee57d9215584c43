import { replayWorkflow, verifyWorkflow } from '@mfm/workflow'
import type { Side } from '../harness/interleave.ts'
import { callPerState, callsInOneState, sumOfIds } from './programs.ts'
import type { RecordedStore } from './recorded-store.ts'
import { engineReplaySide, payloadFloorSide, recordingReplaySide } from './replaying.ts'

/** Programs whose runs are replayed, with what comes out of so many calls. */
export const REPLAYED_PROGRAMS = {
  calls: { opOf: callsInOneState, outputOf: sumOfIds },
  states: { opOf: callPerState, outputOf: (count: number) => count - 1 },
} as const

export interface Replayed {
  readonly program: keyof typeof REPLAYED_PROGRAMS
  readonly run: RecordedStore
  /** The same calls recorded without an engine. */
  readonly recording?: RecordedStore | undefined
}

export type ReplayingSide = 'floor' | 'replay' | 'verify' | 'recording'

/** What the benchmark `replay` measures. */
export function replayingSides({
  program,
  run,
  recording = run,
}: Replayed): Readonly<Record<ReplayingSide, () => Side>> {
  const { series, count } = run.facts
  const { opOf, outputOf } = REPLAYED_PROGRAMS[program]
  const given = { store: run, op: opOf(series, count), output: outputOf(count) }
  return {
    floor: () => payloadFloorSide(run.facts),
    replay: () => engineReplaySide({ ...given, how: replayWorkflow }),
    verify: () => engineReplaySide({ ...given, how: verifyWorkflow }),
    recording: () => recordingReplaySide(recording),
  }
}
