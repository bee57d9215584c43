import { setImmediate } from 'node:timers/promises'
import { sha256 } from '@mfm/canonical-json'
import type { ArtifactId } from '@mfm/core-types'
import { hasCode, MfmError } from '@mfm/errors'
import type { Mutant } from './mutant.ts'

/** Artifact stores that are wrong without any help of a network. */
export const ARTIFACT_MUTANTS: readonly Mutant[] = [
  {
    name: 'address-of-kind',
    flaw: 'hashes the kind with the bytes',
    killedBy: 'AS-01',
    artifacts: (artifacts) => ({
      put: async (kind, bytes, options) => {
        await artifacts.put(kind, bytes, options)
        return sha256(Buffer.concat([Buffer.from(kind), bytes])) as string as ArtifactId // as good an address as any
      },
    }),
  },
  {
    name: 'aliased-artifact',
    flaw: 'keeps the buffer of the caller',
    killedBy: 'AS-16',
    artifacts: (artifacts) => {
      const kept = new Map<ArtifactId, Uint8Array>()
      return {
        put: async (kind, bytes, options) => {
          const id = await artifacts.put(kind, bytes, options)
          kept.set(id, bytes)
          return id
        },
        get: async (id, options) => {
          const bytes = await artifacts.get(id, options)
          return Uint8Array.from(kept.get(id) ?? bytes)
        },
      }
    },
  },
  {
    name: 'late-hash',
    flaw: 'hashes the buffer of the caller first and copies it a moment later',
    killedBy: 'AS-16',
    artifacts: (artifacts) => {
      const kept = new Map<ArtifactId, Uint8Array>()
      return {
        put: async (kind, bytes, options) => {
          const id = await artifacts.put(kind, bytes, options)
          await setImmediate()
          kept.set(id, Uint8Array.from(bytes))
          return id
        },
        get: async (id, options) => {
          const bytes = await artifacts.get(id, options)
          return Uint8Array.from(kept.get(id) ?? bytes)
        },
      }
    },
  },
  {
    name: 'shared-result',
    flaw: 'gives every reader the same array',
    killedBy: 'AS-17',
    artifacts: (artifacts) => {
      const given = new Map<ArtifactId, Uint8Array>()
      return {
        get: async (id, options) => {
          const bytes = await artifacts.get(id, options)
          if (!given.has(id)) given.set(id, bytes)
          return given.get(id) ?? bytes
        },
      }
    },
  },
  {
    name: 'whole-buffer',
    flaw: 'stores the buffer behind a view',
    killedBy: 'AS-17',
    artifacts: (artifacts) => ({
      put: (kind, bytes, options) => {
        const whole = bytes instanceof Uint8Array ? new Uint8Array(bytes.buffer) : bytes
        return artifacts.put(kind, whole, options)
      },
    }),
  },
  {
    name: 'text-accepted',
    flaw: 'encodes text that it is given for bytes',
    killedBy: 'AS-18',
    artifacts: (artifacts) => ({
      put: (kind, bytes, options) =>
        artifacts.put(kind, typeof bytes === 'string' ? Buffer.from(bytes) : bytes, options),
    }),
  },
  {
    name: 'any-spelling',
    flaw: 'takes an id in capitals for the same id',
    killedBy: 'AS-08',
    artifacts: (artifacts) => ({
      exists: (id, options) =>
        artifacts.exists(
          typeof id === 'string' ? (id.toLowerCase() as ArtifactId) : id, // perhaps an id
          options,
        ),
    }),
  },
  {
    name: 'absent-is-empty',
    flaw: 'reads what is not there as no bytes',
    killedBy: 'AS-07',
    artifacts: (artifacts) => ({
      get: (id, options) =>
        artifacts.get(id, options).catch((error: unknown) => {
          if (hasCode(error, 'artifact_not_found')) return new Uint8Array()
          throw error
        }),
    }),
  },
  {
    name: 'put-once',
    flaw: 'refuses bytes that it has already',
    killedBy: 'AS-04',
    artifacts: (artifacts) => ({
      put: async (kind, bytes, options) => {
        const isThere = bytes instanceof Uint8Array && (await artifacts.exists(addressOf(bytes)))
        if (isThere) throw new MfmError('artifact_corruption')
        return await artifacts.put(kind, bytes, options)
      },
    }),
  },
  {
    name: 'busy-put',
    flaw: 'refuses a put while another one of the same bytes is under way',
    killedBy: 'AS-06',
    artifacts: (artifacts) => {
      const underWay = new Set<ArtifactId>()
      return {
        put: async (kind, bytes, options) => {
          const id = addressOf(bytes)
          if (underWay.has(id)) throw new MfmError('store_busy')
          underWay.add(id)
          await setImmediate()
          underWay.delete(id)
          return await artifacts.put(kind, bytes, options)
        },
      }
    },
  },
  {
    name: 'stored-too-large',
    flaw: 'stores an artifact before it finds it too large',
    killedBy: 'AS-25',
    harness: ({ open }) => ({
      open: async (scope, options = {}) => {
        const { payloadBytes = Number.POSITIVE_INFINITY } = options
        const stores = await open(scope)
        const { artifacts } = stores
        if (artifacts === undefined) return stores
        const put: typeof artifacts.put = async (kind, bytes, callOptions) => {
          const id = await artifacts.put(kind, bytes, callOptions)
          if (bytes.length <= payloadBytes) return id
          throw new MfmError('payload_too_large', {
            details: { limit: payloadBytes, size: bytes.length },
          })
        }
        const wrong = new Proxy(artifacts, {
          get: (target, key) => {
            const value: unknown = key === 'put' ? put : Reflect.get(target, key, target)
            return typeof value === 'function' ? value.bind(target) : value
          },
        })
        return { ...stores, artifacts: wrong }
      },
    }),
  },
  {
    name: 'sorted-many',
    flaw: 'gives many artifacts in the order of their ids',
    killedBy: 'AS-23',
    artifacts: (artifacts) => ({
      getMany: (ids, options) => artifacts.getMany([...ids].sort(), options),
    }),
  },
  {
    name: 'distinct-many',
    flaw: 'gives an artifact once that is asked for twice',
    killedBy: 'AS-23',
    artifacts: (artifacts) => ({
      getMany: (ids, options) => artifacts.getMany([...new Set(ids)], options),
    }),
  },
  {
    name: 'reversed-ids',
    flaw: 'answers putMany with the ids in another order',
    killedBy: 'AS-23b',
    artifacts: (artifacts) => ({
      putMany: async (given, options) => (await artifacts.putMany(given, options)).toReversed(),
    }),
  },
  {
    name: 'listed-thousand',
    flaw: 'lists the first thousand artifacts',
    killedBy: 'AS-24b',
    artifacts: (artifacts) => ({
      list: async function* (options) {
        let count = 0
        for await (const id of artifacts.list(options)) if (count++ < 1000) yield id
      },
    }),
  },
  {
    name: 'listed-after-erase',
    flaw: 'goes on listing what was erased',
    killedBy: 'AS-26c',
    artifacts: (artifacts) => {
      const erased = new Set<ArtifactId>()
      return {
        erase: async (id, options) => {
          const wasThere = await artifacts.erase(id, options)
          if (wasThere) erased.add(id)
          return wasThere
        },
        list: async function* (options) {
          yield* artifacts.list(options)
          yield* erased
        },
      }
    },
  },
  {
    name: 'erased-for-ever',
    flaw: 'never stores again what was erased',
    killedBy: 'AS-26',
    artifacts: (artifacts) => {
      const erased = new Set<ArtifactId>()
      return {
        erase: async (id, options) => {
          const wasThere = await artifacts.erase(id, options)
          if (wasThere) erased.add(id)
          return wasThere
        },
        put: async (kind, bytes, options) =>
          erased.has(addressOf(bytes))
            ? addressOf(bytes)
            : await artifacts.put(kind, bytes, options),
      }
    },
  },
]

function addressOf(bytes: Uint8Array): ArtifactId {
  return sha256(bytes) as string as ArtifactId // what the address of bytes is
}
