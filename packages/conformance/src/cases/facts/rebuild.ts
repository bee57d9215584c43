import assert from 'node:assert/strict'
import type { ArtifactId, EventEnvelope, FactIndex, FactKey, RunId } from '@mfm/core-types'
import { rebuildFactIndex } from '@mfm/facts'
import type { CaseContext, ConformanceCase } from '../../case.ts'
import { at, rejection } from '../support/expecting.ts'
import { collect, envelopes, factEvent, idOf, newRun, someOf, upTo } from '../support/samples.ts'
import { FactRecorder, streamOf } from './fact-recorder.ts'

async function entriesOf(facts: FactIndex, run: RunId): Promise<ReadonlyMap<FactKey, ArtifactId>> {
  return new Map(await collect(facts.entries(run)))
}

/** Rebuilding from a stream that is no good must fail and leave the index as it was. */
async function requireRefused(
  { open, random }: CaseContext<'facts'>,
  streamFor: (run: RunId) => readonly EventEnvelope[],
  code: 'fact_recorded_conflict' | 'fact_recorded_malformed',
): Promise<void> {
  const { facts } = await open()
  const run = newRun({ random })
  const stream = streamFor(run)
  const rebuilding = rebuildFactIndex({ events: streamOf(stream), facts }, run)
  const error = await rejection(rebuilding, code)
  assert.equal(error.details?.['seq'], stream.length)
  assert.deepEqual(await collect(facts.entries(run)), [])
}

export const REBUILDING: readonly ConformanceCase<'facts'>[] = [
  {
    id: 'FI-12',
    subject: 'facts',
    level: 1,
    needs: ['backdoor.wipeFacts'],
    title: 'wiped at any moment, the index is rebuilt from the stream, and the run ends identical',
    why: 'Caches are flushed; it must cost time and nothing else.',
    run: async (context) => {
      const { scope, backdoor, signal } = context
      const { facts } = await context.open()
      const run = newRun(context)
      const recorder = new FactRecorder(facts, run)
      const expected = new Map<FactKey, ArtifactId>()
      const keys = upTo(40).map((index) => `key ${index}`)
      for (const step of upTo(context.rounds(200))) {
        signal.throwIfAborted()
        const [key, id] = [someOf(context, keys), idOf(`step ${step}`)]
        if (!expected.has(key)) expected.set(key, id)
        const wiping = context.random() < 0.1 ? backdoor.wipeFacts(scope) : undefined
        assert.equal(await recorder.record(key, id), expected.get(key), `${key} at step ${step}`)
        await wiping
        if (context.random() < 0.05) await recorder.rebuild()
      }
      await backdoor.wipeFacts(scope)
      assert.deepEqual(await entriesOf(facts, run), new Map())
      await recorder.rebuild()
      assert.deepEqual(await entriesOf(facts, run), expected)
      assert.deepEqual(await recorder.projection(), expected)
    },
  },
  {
    id: 'FI-12b',
    subject: 'facts',
    level: 0,
    title: 'an index that was emptied binding by binding is rebuilt from the stream',
    why: 'What was lost must be as new: no trace of the old binding may stand in the way.',
    run: async (context) => {
      const { facts } = await context.open()
      const run = newRun(context)
      const recorder = new FactRecorder(facts, run)
      const keys = upTo(50).map((index) => `key ${index}`)
      for (const key of keys) await recorder.record(key, idOf(key))
      for (const key of keys) assert.equal(await facts.unbindIfMatches(run, key, idOf(key)), true)
      assert.deepEqual(await collect(facts.entries(run)), [])
      assert.equal((await recorder.rebuild()).bound, keys.length)
      assert.deepEqual(await entriesOf(facts, run), await recorder.projection())
    },
  },
  {
    id: 'FI-11b',
    subject: 'facts',
    level: 0,
    title: 'a binding that a late unbind took away, or that contradicts the stream, is repaired',
    why: 'A resent unbind may come after the same binding was made anew; the stream knows better.',
    run: async (context) => {
      const { facts } = await context.open()
      const run = newRun(context)
      const recorder = new FactRecorder(facts, run)
      for (const key of ['late', 'wrong', 'kept']) await recorder.record(key, idOf(key))
      assert.equal(await facts.unbindIfMatches(run, 'late', idOf('late')), true)
      assert.equal(await facts.unbindIfMatches(run, 'wrong', idOf('wrong')), true)
      await facts.bindIfUnset(run, 'wrong', idOf('somebody else'))
      await facts.bindIfUnset(run, 'not recorded yet', idOf('x'))
      assert.deepEqual(await recorder.rebuild(), { facts: 3, bound: 1, replaced: 1 })
      const known = [...(await recorder.projection()), ['not recorded yet', idOf('x')] as const]
      assert.deepEqual(await entriesOf(facts, run), new Map(known))
      assert.equal(await recorder.record('late', idOf('another')), idOf('late'))
    },
  },
  {
    id: 'FI-13',
    subject: 'facts',
    level: 0,
    title: 'a stream that binds a key twice to one artifact is accepted, and to two it is refused',
    why: 'An index that takes the first, or the last, of two answers hides that the run is damaged.',
    run: async (context) => {
      const { facts } = await context.open()
      const run = newRun(context)
      const twice = ['a', 'a', 'b'].map((key) => factEvent(key, idOf(key)))
      const events = streamOf(envelopes({ run }, twice))
      await rebuildFactIndex({ events, facts }, run)
      const expected = new Map(['a', 'b'].map((key) => [key, idOf(key)]))
      assert.deepEqual(await entriesOf(facts, run), expected)
      const conflicting = [...twice, factEvent('a', idOf('c'))]
      await requireRefused(
        context,
        (other) => envelopes({ run: other }, conflicting),
        'fact_recorded_conflict',
      )
    },
  },
  {
    id: 'FI-13b',
    subject: 'facts',
    level: 0,
    title: 'a fact on the stream that does not decode is refused and changes nothing',
    why: 'A fact that is left out is performed again.',
    run: async (context) => {
      for (const damage of [{ payloadId: 'not an id' }, { key: '\ud800' }, { meta: { v: 2 } }]) {
        await requireRefused(
          context,
          (run) => {
            const sound = ['a', 'b'].map((key) => factEvent(key, idOf(key)))
            const stream = envelopes({ run }, sound)
            Object.assign(at(stream, 1).event, damage) // as no store would give it out
            return stream
          },
          'fact_recorded_malformed',
        )
      }
    },
  },
  {
    id: 'FI-13c',
    subject: 'facts',
    level: 0,
    title: 'a key that looks like a secret is not told by the error of a rebuild',
    why: 'Error reports travel further than stores.',
    run: async (context) => {
      const { facts } = await context.open()
      const run = newRun(context)
      const token = ['ghp', 'q7R2xW9kZp4Tm8Vbn3Lcq7R2xW9kZp4Tm8Vb'].join('_')
      const events = streamOf(
        envelopes({ run }, [factEvent(token, idOf('a')), factEvent(token, idOf('b'))]),
      )
      const rebuilding = rebuildFactIndex({ events, facts }, run)
      const error = await rejection(rebuilding, 'fact_recorded_conflict')
      assert.deepEqual(error.details, { seq: 2 })
      assert.equal(`${error.message} ${JSON.stringify(error)}`.includes(token), false)
    },
  },
]
