import type { AtomicRecorder, EventStore, FactIndex } from '@mfm/core-types'
import { canWatch } from '@mfm/core-types'
import { hasCode, MfmError } from '@mfm/errors'
import type { Harness } from '../harness.ts'
import { eachOf, inside, masked, otherRun, outside, renamed } from './names.ts'

/**
 * The same adapter under other names: every run id and every fact key is changed on its way in and back on its way
 * out. Only what a port promises of names holds for it, so it must pass the suite (XX-20). Backdoor and child
 * processes know the names inside, and are left out. `prev` is not computed anew, so it is for adapters that keep it
 * as it is given.
 */
export function scopedView({ backdoor: _, module: __, ...harness }: Harness): Harness {
  return {
    ...harness,
    name: `${harness.name}-under-other-names`,
    open: async (scope, options) => {
      const stores = await harness.open(scope, options)
      const { events, facts, atomic } = stores
      return {
        ...stores,
        events: events === undefined ? undefined : viewEvents(events),
        facts: facts === undefined ? undefined : viewFacts(facts),
        atomic: atomic === undefined ? undefined : viewAtomic(atomic),
        close: () => stores.close(),
      }
    },
  }
}

function viewEvents(events: EventStore): EventStore {
  return {
    description: events.description,
    headSeq: (run, options) => events.headSeq(otherRun(run), options),
    append: (run, expected, given, options) =>
      events.append(otherRun(run), expected, eachOf(given, renamed), options),
    read: (run, range, options) => each(events.read(otherRun(run), range, options), renamed),
    listRuns: async (query = {}, options = {}) => {
      const { idPrefix } = Object(query)
      const inner = typeof idPrefix === 'string' ? { ...query, idPrefix: masked(idPrefix) } : query
      const { items, next } = await events.listRuns(inner, options)
      return { items: items.map((run) => ({ ...run, runId: otherRun(run.runId) })), next }
    },
    close: () => events.close(),
    ...(canWatch(events)
      ? {
          watch: (...[run, from, options]: Parameters<typeof events.watch>) =>
            each(events.watch(otherRun(run), from, options), renamed),
        }
      : {}),
  }
}

function viewFacts(facts: FactIndex): FactIndex {
  return {
    description: facts.description,
    get: (run, key, options) => facts.get(otherRun(run), inside(key), options),
    bindIfUnset: (run, key, id, options) =>
      facts.bindIfUnset(otherRun(run), inside(key), id, options),
    unbindIfMatches: (run, key, id, options) =>
      facts.unbindIfMatches(otherRun(run), inside(key), id, options),
    entries: (run, options) => {
      const entries = facts.entries(otherRun(run), options)
      return each(entries, ([key, id]) => {
        const known = outside(key)
        return known === undefined ? undefined : ([known, id] as const)
      })
    },
    close: () => facts.close(),
  }
}

function viewAtomic(atomic: AtomicRecorder): AtomicRecorder {
  return {
    recordAtomically: (run, expected, batch, options) => {
      if (typeof batch !== 'object' || batch === null) {
        return atomic.recordAtomically(otherRun(run), expected, batch, options)
      }
      const inner = {
        ...batch,
        bindings: eachOf(batch.bindings, (binding) => ({ ...binding, key: inside(binding.key) })),
        events: eachOf(batch.events, renamed),
      }
      return atomic.recordAtomically(otherRun(run), expected, inner, options).catch(outsideError)
    },
  }
}

/** A conflict of keys names the key, which is that of the view. */
function outsideError(error: unknown): never {
  if (!hasCode(error, 'fact_binding_conflict')) throw error
  const { key, ...details } = Object(error.details)
  throw new MfmError('fact_binding_conflict', {
    message: error.message,
    details: { ...details, key: outside(key) ?? key },
    cause: error,
  })
}

/** The items that the change leaves, changed. The reading inside begins when this is called. */
async function* each<T, U>(
  items: AsyncIterable<T>,
  change: (item: T) => U | undefined,
): AsyncGenerator<U, void> {
  for await (const item of items) {
    const changed = change(item)
    if (changed !== undefined) yield changed
  }
}
