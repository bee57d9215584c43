import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import type { ArtifactId, AtomicBatch, AtomicRecorder, FactKey, RunId } from '@mfm/core-types'
import { hasCode } from '@mfm/errors'
import fc from 'fast-check'
import { domainEvent, envelopes, factEvent } from '../cases/support/samples.ts'
import { inWorld, someText } from './artifact-steps.ts'
import { aimedAt, someAim, streamOf } from './event-steps.ts'
import { bindingsOf, someKey } from './fact-steps.ts'
import type { Step, World } from './world.ts'
import { runOf, WORLD_RUNS } from './world.ts'

interface HasAtomic {
  readonly atomic: AtomicRecorder
}

interface Commit {
  readonly run: number
  readonly expected: number
  readonly batch: AtomicBatch
}

/** Every answer that the contract allows: where several bindings conflict, any of them may be named. */
function commitToModel(world: World, { run, expected, batch }: Commit): readonly unknown[] {
  const stream = streamOf(world, run)
  if (expected !== stream.length) {
    return [{ code: 'event_store_concurrency', expected, actual: stream.length }]
  }
  const stored = bindingsOf(world, run)
  const conflicts = conflictsOf(stored, batch)
  if (conflicts.length > 0) return conflicts
  for (const { id, bytes } of batch.artifacts) world.artifacts.set(id, bytes)
  for (const { key, artifactId } of batch.bindings) stored.set(key, artifactId)
  world.streams.set(runOf(world, run), [...stream, ...batch.events])
  return [{ head: stream.length + batch.events.length }]
}

function conflictsOf(
  stored: ReadonlyMap<FactKey, ArtifactId>,
  { bindings }: AtomicBatch,
): readonly unknown[] {
  return bindings.flatMap(({ key, artifactId: given }, index) => {
    const earlier = bindings.slice(0, index).filter((binding) => binding.key === key)
    const known = [stored.get(key), ...earlier.map(({ artifactId }) => artifactId)]
    return known
      .filter((bound) => bound !== undefined && bound !== given)
      .map((bound) => ({ code: 'fact_binding_conflict', key, bound, given }))
  })
}

async function commitToStore(
  atomic: AtomicRecorder,
  run: RunId,
  { expected, batch }: Commit,
): Promise<unknown> {
  try {
    return { head: await atomic.recordAtomically(run, expected, batch) }
  } catch (error) {
    if (!hasCode(error, 'event_store_concurrency', 'fact_binding_conflict')) throw error
    const { runId: _, ...details } = error.details ?? {}
    return { code: error.code, ...details }
  }
}

function batchOf(
  world: World,
  { run, expected }: Omit<Commit, 'batch'>,
  { text, bindings }: { readonly text: string; readonly bindings: readonly [string, string][] },
): AtomicBatch {
  const bound = bindings.map(([key, value]) => ({ key, ...inWorld(world, value) }))
  const start = { run: runOf(world, run), after: expected, tsMillis: 7 }
  const said = bound.slice(0, 1).map(({ key, id }) => factEvent(key, id))
  return {
    artifacts: [inWorld(world, text), ...bound].map(({ id, bytes }) => ({
      kind: 'output',
      id,
      bytes,
    })),
    bindings: bound.map(({ key, id }) => ({ key, artifactId: id })),
    events: envelopes(start, [...said, domainEvent(text)]),
  }
}

const commits: fc.Arbitrary<Step<HasAtomic>> = fc
  .record({
    run: fc.nat({ max: WORLD_RUNS - 1 }),
    aim: someAim,
    text: someText,
    bindings: fc.array(fc.tuple(someKey, someText), { maxLength: 3 }),
  })
  .map(({ run, aim, text, bindings }) => ({
    text: `commit to run ${run}, head ${aim}, with ${JSON.stringify(bindings.map(([key, value]) => [key, value.length]))}`,
    take: async (world, { atomic }) => {
      const expected = aimedAt(world, run, aim)
      const commit = { run, expected, batch: batchOf(world, { run, expected }, { text, bindings }) }
      const answer = await commitToStore(atomic, runOf(world, run), commit)
      const allowed = commitToModel(world, commit)
      assert.ok(
        allowed.some((one) => isDeepStrictEqual(one, answer)),
        `${JSON.stringify(answer)} is none of ${JSON.stringify(allowed)}`,
      )
    },
  }))

export const COMMIT_STEPS: readonly fc.Arbitrary<Step<HasAtomic>>[] = [commits, commits]
