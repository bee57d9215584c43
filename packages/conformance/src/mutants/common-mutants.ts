import type { CallOptions } from '@mfm/core-types'
import { isMfmError, MfmError } from '@mfm/errors'
import { openMemoryStores } from '@mfm/store-memory'
import type { Mutant } from './mutant.ts'
import { altered } from './mutant.ts'

/** Stores that are wrong in ways that every port can be. */
export const COMMON_MUTANTS: readonly Mutant[] = [
  {
    name: 'throws-at-once',
    flaw: 'throws on a malformed id where it is called',
    killedBy: 'XX-01',
    events: (events) => ({
      headSeq: (run, options) => {
        if (typeof run !== 'string') throw new MfmError('invalid_id')
        return events.headSeq(run, options)
      },
    }),
  },
  {
    name: 'raw-errors',
    flaw: 'lets errors without a code through',
    killedBy: 'XX-02',
    artifacts: (artifacts) => ({
      get: (id, options) =>
        artifacts.get(id, options).catch((error: unknown) => {
          throw isMfmError(error) ? new Error(error.message, { cause: error }) : error
        }),
    }),
  },
  {
    name: 'another-code',
    flaw: 'has one code for everything',
    killedBy: 'XX-04',
    facts: (facts) => ({
      get: (run, key, options) =>
        facts.get(run, key, options).catch((cause: unknown) => {
          throw new MfmError('store_failed', { cause })
        }),
    }),
  },
  {
    name: 'password-in-message',
    flaw: 'tells where it cannot connect to, with the password',
    killedBy: 'XX-03',
    harness: () => ({
      openWithCredentials: async (user, password) => {
        const url = `store://${user}:${encodeURIComponent(password)}@host/`
        throw new MfmError('store_unavailable', { message: `cannot connect to ${url}` })
      },
    }),
  },
  {
    name: 'swallowed-abort',
    flaw: 'does not look at the signal',
    killedBy: 'XX-05',
    facts: (facts) => ({
      bindIfUnset: (run, key, id) => facts.bindIfUnset(run, key, id),
    }),
  },
  {
    name: 'own-abort-error',
    flaw: 'rejects an aborted call with an error of its own',
    killedBy: 'XX-05',
    events: (events) => ({
      headSeq: async (run, options) => {
        if (options?.signal?.aborted === true) throw new DOMException('aborted', 'AbortError')
        return await events.headSeq(run, options)
      },
    }),
  },
  {
    name: 'abort-undoes-nothing',
    flaw: 'says that it was aborted once it has written half',
    killedBy: 'XX-06',
    events: (events) => ({
      append: async (run, expected, given, { signal }: CallOptions = {}) => {
        if (given.length < 2) return await events.append(run, expected, given)
        const head = await events.append(run, expected, given.slice(0, 1))
        await Promise.resolve()
        signal?.throwIfAborted()
        return await events.append(run, head, given.slice(1))
      },
    }),
  },
  {
    name: 'leaky-listener',
    flaw: 'leaves a listener on the signal of every call',
    killedBy: 'XX-07',
    artifacts: (artifacts) => ({
      exists: (id, options) => {
        options?.signal?.addEventListener('abort', () => undefined)
        return artifacts.exists(id, options)
      },
    }),
  },
  {
    name: 'close-once',
    flaw: 'refuses to be closed twice',
    killedBy: 'XX-09',
    facts: (facts) => {
      let isClosed = false
      return {
        close: async () => {
          if (isClosed) throw new MfmError('store_closed')
          isClosed = true
          await facts.close()
        },
      }
    },
  },
  {
    name: 'close-hangs',
    flaw: 'never ends a second close',
    killedBy: 'XX-09',
    events: (events) => {
      let isClosed = false
      return {
        close: async () => {
          if (isClosed) await new Promise(() => undefined)
          isClosed = true
          await events.close()
        },
      }
    },
  },
  {
    name: 'open-after-close',
    flaw: 'goes on answering once it is closed',
    killedBy: 'XX-10',
    artifacts: (artifacts) => ({
      exists: (id, options) =>
        artifacts.exists(id, options).catch((error: unknown) => {
          if (isMfmError(error) && error.code === 'store_closed') return false
          throw error
        }),
    }),
  },
  {
    name: 'two-rules-of-closing',
    flaw: 'finishes some of what is under way at close and refuses the rest',
    killedBy: 'XX-10',
    facts: (facts) => ({
      bindIfUnset: async (...given) => {
        await new Promise((resolve) => setImmediate(resolve))
        return await facts.bindIfUnset(...given)
      },
    }),
  },
  {
    name: 'quiet-end',
    flaw: 'ends a reading at close as if the stream were over',
    killedBy: 'XX-10b',
    events: (events) => ({
      read: async function* (run, range, options) {
        try {
          yield* events.read(run, range, options)
        } catch (error) {
          if (!(isMfmError(error) && error.code === 'store_closed')) throw error
        }
      },
    }),
  },
  {
    name: 'closes-its-neighbours',
    flaw: 'closes every port with the first one',
    killedBy: 'XX-10c',
    harness: ({ open }) => ({
      open: async (scope, options) => {
        const stores = await open(scope, options)
        const { events } = stores
        if (events === undefined) return stores
        return { ...stores, events: altered(events, { close: () => stores.close() }) }
      },
    }),
  },
  {
    name: 'leaves-a-timer',
    flaw: 'leaves a timer for every opening',
    killedBy: 'XX-13',
    harness: ({ open }) => {
      const timers: NodeJS.Timeout[] = []
      return {
        open: (scope, options) => {
          timers.push(setInterval(() => undefined, 60_000))
          return open(scope, options)
        },
        close: async () => {
          for (const timer of timers) clearInterval(timer)
        },
      }
    },
  },
  {
    name: 'forgotten-promise',
    flaw: 'starts something that it does not wait for, and that fails',
    killedBy: 'XX-14',
    facts: (facts) => ({
      get: (run, key, options) => {
        if (typeof run !== 'string') void Promise.reject(new Error('nobody listens'))
        return facts.get(run, key, options)
      },
    }),
  },
  {
    name: 'declared-not-there',
    flaw: 'declares a capability that it does not have',
    killedBy: 'XX-17',
    artifacts: (artifacts) => {
      const capabilities = Object.freeze([...artifacts.description.capabilities, 'watch' as const])
      return { description: Object.freeze({ ...artifacts.description, capabilities }) }
    },
  },
  {
    name: 'there-not-declared',
    flaw: 'has a capability that it does not declare',
    killedBy: 'XX-17',
    artifacts: (artifacts) => {
      const capabilities = Object.freeze(
        artifacts.description.capabilities.filter((capability) => capability !== 'erase'),
      )
      return { description: Object.freeze({ ...artifacts.description, capabilities }) }
    },
  },
  {
    name: 'open-description',
    flaw: 'lets anybody change what it says of itself',
    killedBy: 'XX-17',
    events: (events) => ({ description: { ...events.description } }),
  },
  {
    name: 'unknown-options',
    flaw: 'ignores options that it does not know',
    killedBy: 'XX-18',
    harness: () => ({ wrongOptions: [() => openMemoryStores()] }),
  },
  {
    name: 'one-state',
    flaw: 'keeps all scopes of a process in one place',
    killedBy: 'XX-19',
    harness: () => {
      const stores = openMemoryStores()
      return { open: async () => ({ ...stores, close: async () => undefined }) }
    },
  },
  {
    name: 'tells-the-console',
    flaw: 'fails when its log cannot be written',
    killedBy: 'XX-21',
    events: (events) => ({
      headSeq: async (run, options) => {
        // biome-ignore lint/suspicious/noConsole: the console is what this one is wrong about
        if (options === undefined) console.debug('headSeq', run)
        return await events.headSeq(run, options)
      },
    }),
  },
]
