import type { Side } from '../harness/interleave.ts'
import { callPerState, callsInOneState, sumOfIds } from './programs.ts'
import { bareSide, engineSide, recordingSide } from './recording.ts'

export const RUNS_AT_ONCE = 16

/** What the benchmark `record` measures, in the order of its rounds. */
export const RECORDING_SIDES = [
  'floor',
  'engine',
  'recording',
  'states',
  'engine16',
  'recordings16',
  'batches',
] as const
export type RecordingSide = (typeof RECORDING_SIDES)[number]

/** @param folder an empty one: the sides use the same names in it, one after the other */
export function recordingSides(
  folder: string,
  isQuick: boolean,
): Readonly<Record<RecordingSide, () => Side>> {
  const alone = { folder, runs: 1, factsPerRun: isQuick ? 20 : 3000 }
  const states = { ...alone, factsPerRun: isQuick ? 20 : 1500 }
  const together = { folder, runs: RUNS_AT_ONCE, factsPerRun: isQuick ? 5 : 750 }
  return {
    floor: () => bareSide(folder, alone.factsPerRun, 1),
    engine: () => engineSide(alone, callsInOneState, sumOfIds),
    recording: () => recordingSide(alone),
    states: () => engineSide(states, callPerState, (count) => count - 1),
    engine16: () => engineSide(together, callsInOneState, sumOfIds),
    recordings16: () => recordingSide(together),
    batches: () => bareSide(folder, together.runs * together.factsPerRun, 100),
  }
}
