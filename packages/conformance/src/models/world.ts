import assert from 'node:assert/strict'
import type { ArtifactId, EventEnvelope, FactKey, RunId } from '@mfm/core-types'
import type { Chance } from '../cases/support/samples.ts'
import { newRun } from '../cases/support/samples.ts'

/** What the models of one sequence of steps have come to. Runs and texts are fresh for every sequence. */
export interface World {
  readonly runs: readonly RunId[]
  /** Part of every text that becomes an artifact. */
  readonly mark: string
  /** In the order of the first append. */
  readonly streams: Map<RunId, readonly EventEnvelope[]>
  readonly bindings: Map<RunId, Map<FactKey, ArtifactId>>
  readonly artifacts: Map<ArtifactId, Uint8Array>
}

/** How many runs a step chooses from. */
export const WORLD_RUNS = 3

export function newWorld(chance: Chance): World {
  const runs = Array.from({ length: WORLD_RUNS }, () => newRun(chance))
  return {
    runs,
    mark: String(runs[0]),
    streams: new Map(),
    bindings: new Map(),
    artifacts: new Map(),
  }
}

export function runOf(world: World, index: number): RunId {
  const run = world.runs[index]
  assert.ok(run !== undefined)
  return run
}

/** One step of a sequence: does the same to the model and to stores, and fails where they answer differently. */
export interface Step<Stores> {
  /** How it is printed where a sequence fails. */
  readonly text: string
  take(world: World, stores: Stores): Promise<void>
}
