import { setImmediate } from 'node:timers/promises'
import { hasCode } from '@mfm/errors'
import type { Mutant } from './mutant.ts'

/** Recorders whose commits are not one. */
export const COMMIT_MUTANTS: readonly Mutant[] = [
  {
    name: 'commit-in-steps',
    flaw: 'stores artifacts, then bindings, then events, and stops where one is refused',
    killedBy: 'ES-39b',
    atomic: ({ events, artifacts, facts }) => ({
      recordAtomically: async (run, expected, batch, options) => {
        for (const { kind, bytes } of batch.artifacts) await artifacts.put(kind, bytes, options)
        for (const { key, artifactId } of batch.bindings) {
          await facts.bindIfUnset(run, key, artifactId, options)
        }
        return await events.append(run, expected, batch.events, options)
      },
    }),
  },
  {
    name: 'aborted-in-the-middle',
    flaw: 'hears an abort between the parts of a commit',
    killedBy: 'ES-39h',
    atomic: ({ atomic }) => ({
      recordAtomically: async (run, expected, batch, options) => {
        const none = { artifacts: [], bindings: [], events: [] }
        await atomic.recordAtomically(run, expected, { ...batch, events: [] })
        await setImmediate()
        options?.signal?.throwIfAborted()
        return await atomic.recordAtomically(run, expected, { ...none, events: batch.events })
      },
    }),
  },
  {
    name: 'conflict-ignored',
    flaw: 'commits the rest where a key is bound to another artifact',
    killedBy: 'ES-39b',
    atomic: ({ atomic }) => ({
      recordAtomically: (run, expected, batch, options) =>
        atomic.recordAtomically(run, expected, batch, options).catch((error: unknown) => {
          if (!hasCode(error, 'fact_binding_conflict')) throw error
          return atomic.recordAtomically(run, expected, { ...batch, bindings: [] }, options)
        }),
    }),
  },
  {
    name: 'events-bind',
    flaw: 'binds the keys of fact events by itself',
    killedBy: 'ES-39e',
    atomic: ({ atomic }) => ({
      recordAtomically: (run, expected, batch, options) => {
        const said = batch.events.flatMap(({ event }) =>
          event.type === 'fact_recorded' ? [{ key: event.key, artifactId: event.payloadId }] : [],
        )
        const bindings = [...batch.bindings, ...said]
        return atomic.recordAtomically(run, expected, { ...batch, bindings }, options)
      },
    }),
  },
  {
    name: 'batch-read-late',
    flaw: 'reads a batch a moment after it was given',
    killedBy: 'ES-39f',
    atomic: ({ atomic }) => ({
      recordAtomically: async (run, expected, batch, options) => {
        await setImmediate()
        return await atomic.recordAtomically(run, expected, batch, options)
      },
    }),
  },
]
