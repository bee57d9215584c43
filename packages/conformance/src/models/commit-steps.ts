import assert from 'node:assert/strict'
import type { AtomicBatch, AtomicRecorder, RunId } from '@mfm/core-types'
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

/** What a commit comes to in the model: the new head, or the refusal. */
function commitToModel(world: World, { run, expected, batch }: Commit): unknown {
  const stream = streamOf(world, run)
  if (expected !== stream.length) {
    return { code: 'event_store_concurrency', expected, actual: stream.length }
  }
  const bindings = new Map(bindingsOf(world, run))
  for (const { key, artifactId: given } of batch.bindings) {
    const bound = bindings.get(key) ?? given
    if (bound !== given) return { code: 'fact_binding_conflict', key, bound, given }
    bindings.set(key, given)
  }
  for (const { id, bytes } of batch.artifacts) world.artifacts.set(id, bytes)
  const id = runOf(world, run)
  world.bindings.set(id, bindings)
  world.streams.set(id, [...stream, ...batch.events])
  return { head: stream.length + batch.events.length }
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
      assert.deepEqual(answer, commitToModel(world, commit))
    },
  }))

export const COMMIT_STEPS: readonly fc.Arbitrary<Step<HasAtomic>>[] = [commits, commits]
