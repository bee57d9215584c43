import { setImmediate } from 'node:timers/promises'
import type { FactIndex, FactKey, RunId } from '@mfm/core-types'
import { collect } from '../cases/support/samples.ts'
import type { Mutant } from './mutant.ts'

type Bind = FactIndex['bindIfUnset']

/** Takes off whatever is bound and binds this. */
async function rebind(
  facts: FactIndex,
  ...[run, key, id, options]: Parameters<Bind>
): ReturnType<Bind> {
  const bound = await facts.get(run, key, options)
  if (bound !== undefined) await facts.unbindIfMatches(run, key, bound, options)
  return await facts.bindIfUnset(run, key, id, options)
}

/** The same index under keys that are changed on their way in. */
function withKeys(change: (key: FactKey) => FactKey): NonNullable<Mutant['facts']> {
  const safe = (key: FactKey): FactKey => (typeof key === 'string' ? change(key) : key)
  return (facts) => ({
    get: (run, key, options) => facts.get(run, safe(key), options),
    bindIfUnset: (run, key, id, options) => facts.bindIfUnset(run, safe(key), id, options),
    unbindIfMatches: (run, key, id, options) => facts.unbindIfMatches(run, safe(key), id, options),
  })
}

/** Fact indexes that are wrong without any help of a network. */
export const FACT_MUTANTS: readonly Mutant[] = [
  {
    name: 'last-bind-wins',
    flaw: 'replaces a binding by the next one',
    killedBy: 'FI-02',
    facts: (facts) => ({ bindIfUnset: (...given) => rebind(facts, ...given) }),
  },
  {
    name: 'always-inserted',
    flaw: 'says of every binding that it is new',
    killedBy: 'FI-02',
    facts: (facts) => ({
      bindIfUnset: async (...given) => ({ ...(await facts.bindIfUnset(...given)), inserted: true }),
    }),
  },
  {
    name: 'own-id-back',
    flaw: 'gives a loser its own id back',
    killedBy: 'FI-05',
    facts: (facts) => ({
      bindIfUnset: async (run, key, id, options) => {
        const { inserted } = await facts.bindIfUnset(run, key, id, options)
        return { artifactId: id, inserted }
      },
    }),
  },
  {
    name: 'looks-then-binds',
    flaw: 'looks whether a key is free and binds it a moment later',
    killedBy: 'FI-05',
    facts: (facts) => ({
      bindIfUnset: async (run, key, id, options) => {
        const bound = await facts.get(run, key, options)
        await setImmediate()
        if (bound !== undefined) return { artifactId: bound, inserted: false }
        return await rebind(facts, run, key, id, options)
      },
    }),
  },
  {
    name: 'unbinds-anything',
    flaw: 'unbinds without comparing',
    killedBy: 'FI-06',
    facts: (facts) => ({
      unbindIfMatches: async (run, key, _id, options) => {
        const bound = await facts.get(run, key, options)
        return bound !== undefined && (await facts.unbindIfMatches(run, key, bound, options))
      },
    }),
  },
  {
    name: 'compares-then-unbinds',
    flaw: 'compares a binding and removes what is there a moment later',
    killedBy: 'FI-07',
    facts: (facts) => ({
      unbindIfMatches: async (run, key, id, options) => {
        if ((await facts.get(run, key, options)) !== id) return false
        await setImmediate()
        const bound = await facts.get(run, key, options)
        if (bound !== undefined) await facts.unbindIfMatches(run, key, bound, options)
        return true
      },
    }),
  },
  {
    name: 'unbound-absent',
    flaw: 'says that it removed what was not there',
    killedBy: 'FI-06',
    facts: (facts) => ({
      unbindIfMatches: async (run, key, id, options) => {
        const isAbsent = (await facts.get(run, key, options)) === undefined
        return isAbsent || (await facts.unbindIfMatches(run, key, id, options))
      },
    }),
  },
  {
    name: 'one-run',
    flaw: 'binds a key for all runs at once',
    killedBy: 'FI-04',
    facts: (facts) => {
      let first: RunId | undefined
      const one = (run: RunId): RunId => {
        first ??= run
        return first
      }
      return {
        get: (run, key, options) => facts.get(one(run), key, options),
        bindIfUnset: (run, key, id, options) => facts.bindIfUnset(one(run), key, id, options),
      }
    },
  },
  {
    name: 'trimmed-keys',
    flaw: 'trims keys',
    killedBy: 'FI-16',
    facts: withKeys((key) => key.trim()),
  },
  {
    name: 'normalised-keys',
    flaw: 'normalises keys (NFC)',
    killedBy: 'FI-16',
    facts: withKeys((key) => key.normalize('NFC')),
  },
  {
    name: 'cut-keys',
    flaw: 'keeps the first 255 characters of a key',
    killedBy: 'FI-16',
    facts: withKeys((key) => key.slice(0, 255)),
  },
  {
    name: 'flickering-binding',
    flaw: 'misses a binding now and then, as a cache that expires does',
    killedBy: 'FI-09',
    facts: (facts) => {
      let asked = 0
      return {
        get: async (run, key, options) => {
          const bound = await facts.get(run, key, options)
          return ++asked % 7 === 0 ? undefined : bound
        },
      }
    },
  },
  {
    name: 'clock-decides',
    flaw: 'lets the earlier clock win',
    killedBy: 'FI-21',
    facts: (facts) => {
      const boundAt = new Map<string, number>()
      return {
        bindIfUnset: async (run, key, id, options) => {
          const name = `${run} ${key}`
          const now = Date.now()
          const before = boundAt.get(name)
          if (before !== undefined && now >= before) {
            return await facts.bindIfUnset(run, key, id, options)
          }
          boundAt.set(name, now)
          return await rebind(facts, run, key, id, options)
        },
      }
    },
  },
  {
    name: 'thousand-entries',
    flaw: 'gives a thousand entries and calls them all',
    killedBy: 'FI-19',
    facts: (facts) => ({
      entries: async function* (run, options) {
        let count = 0
        for await (const entry of facts.entries(run, options)) if (count++ < 1000) yield entry
      },
    }),
  },
  {
    name: 'doubled-entries',
    flaw: 'gives an entry twice, as a scan of a growing table does',
    killedBy: 'FI-19',
    facts: (facts) => ({
      entries: async function* (run, options) {
        const all = await collect(facts.entries(run, options))
        yield* all
        yield* all.slice(0, 1)
      },
    }),
  },
]
