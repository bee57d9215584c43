import { setTimeout as delay } from 'node:timers/promises'
import type { ArtifactId, FactBinding } from '@mfm/core-types'
import { hasCode, MfmError } from '@mfm/errors'
import { settle } from '../../src/cases/support/settled.ts'
import { watchRetries } from './artifact-mutants.fixture.ts'
import type { Mutant } from './wire-harness.fixture.ts'

export const FACT_MUTANTS: readonly Mutant[] = [
  {
    flaw: 'calls its own first try somebody else',
    killedBy: 'FI-10',
    facts: (sound, client) => {
      const wasRetried = watchRetries(client)
      return {
        bindIfUnset: async (...args) => {
          wasRetried()
          const bound = await sound.bindIfUnset(...args)
          if (wasRetried() && !bound.inserted) throw new MfmError('fact_binding_conflict')
          return bound
        },
      }
    },
  },
  {
    flaw: 'believes that a try that failed has won',
    killedBy: 'FI-11',
    facts: (sound, client) => {
      const wasRetried = watchRetries(client)
      return {
        bindIfUnset: async (run, key, id, options): Promise<FactBinding> => {
          wasRetried()
          const bound = await sound.bindIfUnset(run, key, id, options)
          return wasRetried() ? { artifactId: id, inserted: true } : bound
        },
      }
    },
  },
  {
    flaw: 'believes that an unbind that failed was done',
    killedBy: 'FI-11c',
    facts: (sound) => ({
      unbindIfMatches: (...args) =>
        sound.unbindIfMatches(...args).catch((error) => {
          if (hasCode(error, 'store_outcome_unknown')) return true
          throw error
        }),
    }),
  },
  {
    flaw: 'knows what it has bound by heart',
    killedBy: 'FI-12',
    facts: (sound) => {
      const known = new Map<string, ArtifactId>()
      return {
        bindIfUnset: async (run, key, id, options) => {
          const artifactId = known.get(run + key)
          if (artifactId !== undefined) return { artifactId, inserted: false }
          const bound = await sound.bindIfUnset(run, key, id, options)
          known.set(run + key, bound.artifactId)
          return bound
        },
      }
    },
  },
  {
    flaw: 'takes a damaged binding for none',
    killedBy: 'FI-18',
    facts: (sound) => ({
      get: async (...args) => {
        const result = await settle(sound.get(...args))
        if (result.status === 'fulfilled') return result.value
        if (!hasCode(result.reason, 'store_corruption')) throw result.reason
        return
      },
    }),
  },
  {
    flaw: 'gives ten thousand entries',
    killedBy: 'FI-19',
    facts: (sound) => ({
      entries: async function* (...args) {
        let count = 0
        for await (const entry of sound.entries(...args)) {
          if (count++ === 10_000) return
          yield entry
        }
      },
    }),
  },
  {
    flaw: 'writes after its deadline',
    killedBy: 'FI-22',
    facts: (sound, client) => {
      const goOn = async (bind: () => Promise<unknown>): Promise<void> => {
        for (let tries = 0; tries < 100; tries++) {
          const isDone = await bind().then(
            () => true,
            (error) => hasCode(error, 'store_closed'),
          )
          if (isDone) return
        }
      }
      return {
        bindIfUnset: (...args) =>
          sound.bindIfUnset(...args).catch((error) => {
            void goOn(() => sound.bindIfUnset(...args))
            client.requireOpen(undefined)
            throw error
          }),
      }
    },
  },
  {
    flaw: 'waits for a server that is down',
    killedBy: 'FI-22',
    facts: (sound) => ({
      bindIfUnset: async (...args) => {
        for (let tries = 0; tries < 20; tries++) {
          const bound = await sound.bindIfUnset(...args).catch(() => undefined)
          if (bound !== undefined) return bound
          await delay(10)
        }
        return await sound.bindIfUnset(...args)
      },
    }),
  },
  {
    flaw: 'answers from what it remembers when the line is cut',
    killedBy: 'FI-08b',
    facts: (sound, client) => {
      const wasRetried = watchRetries(client)
      return {
        get: async (...args) => {
          wasRetried()
          const id = await sound.get(...args)
          return wasRetried() ? undefined : id
        },
      }
    },
  },
  {
    flaw: 'destroys whatever begins with the name of the scope',
    killedBy: 'FI-24',
    harness: (_sound, server) => ({
      destroy: async (scope) => {
        for (const name of server.scopes.keys()) {
          if (name.startsWith(scope)) server.scopes.delete(name)
        }
      },
    }),
  },
]
