import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { artifactIdOf } from '@mfm/canonical-json'
import type { ArtifactId } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { WireClient } from './wire-client.fixture.ts'
import type { Mutant } from './wire-harness.fixture.ts'
import { SOUND_HABITS } from './wire-stores.fixture.ts'

/** Makes a client take what came before a connection ended for the whole answer. */
function takesParts(client: WireClient): void {
  client.send = async (question, signal) => {
    const answer = await client.open(question, signal)
    const chunks: Buffer[] = []
    answer.on('data', (chunk) => chunks.push(chunk))
    await once(answer, 'end').catch(() => undefined)
    return { status: answer.statusCode ?? 0, body: Buffer.concat(chunks) }
  }
}

/** Makes a client forget a request that was aborted, which goes on. */
function forgetsAborted(client: WireClient): void {
  const { send } = client
  client.send = async (question, signal) => {
    const sending = send(question, new AbortController().signal)
    sending.catch(() => undefined)
    const aborted = once(signal, 'abort').then(() => Promise.reject(signal.reason))
    return await Promise.race([sending, aborted])
  }
}

/** Makes a client leave the body of an answer unread when nobody wants it any more. */
function leavesBodies(client: WireClient): void {
  const { send } = client
  client.send = async (question, signal) => {
    if (question.method !== 'GET' || question.signal === undefined)
      return await send(question, signal)
    const asking = new AbortController()
    const stop = (): void => asking.abort(signal.reason)
    signal.addEventListener('abort', stop)
    const answer = await client.open(question, asking.signal)
    signal.removeEventListener('abort', stop)
    await delay(100)
    signal.throwIfAborted()
    return { status: answer.statusCode ?? 0, body: await buffer(answer) }
  }
}

/** Whether the client had to send something again since it was asked last. */
export function watchRetries(client: WireClient): () => boolean {
  const { send } = client
  let failed = false
  client.send = async (question, signal) => {
    try {
      return await send(question, signal)
    } catch (error) {
      failed = true
      throw error
    }
  }
  return () => {
    const had = failed
    failed = false
    return had
  }
}

const seen = new Set<ArtifactId>()

export const ARTIFACT_MUTANTS: readonly Mutant[] = [
  { flaw: 'rewrites what is there', killedBy: 'AS-04b', habits: { ifNoneMatch: false } },
  { flaw: 'overwrites foreign bytes', killedBy: 'AS-10', habits: { ifNoneMatch: false } },
  { flaw: 'gives out what it read', killedBy: 'AS-11', habits: { verify: (_id, bytes) => bytes } },
  {
    flaw: 'takes “exists” for “stored” without a look',
    killedBy: 'AS-10',
    habits: { verify: (_id, bytes) => bytes },
  },
  {
    flaw: 'accepts every artifact that it knows under any address',
    killedBy: 'AS-11b',
    habits: {
      verify: (id, bytes) =>
        seen.has(artifactIdOf(bytes)) ? bytes : SOUND_HABITS.verify(id, bytes),
    },
    artifacts: (sound) => ({
      put: async (...args) => {
        const id = await sound.put(...args)
        seen.add(id)
        return id
      },
    }),
  },
  {
    flaw: 'asks the server about malformed ids',
    killedBy: 'AS-08b',
    artifacts: (sound, client) => ({
      exists: async (id, options) => {
        const path = `/any/artifacts/${encodeURIComponent(id)}`
        await client.ask({ method: 'HEAD', path, isIdempotent: true })
        return await sound.exists(id, options)
      },
    }),
  },
  {
    flaw: 'reads the artifact to see whether it exists',
    killedBy: 'AS-09',
    artifacts: (sound) => ({
      exists: async (id, options) => (await sound.getMany([id], options))[0] !== undefined,
    }),
  },
  {
    flaw: 'takes a body that was cut for the whole',
    killedBy: 'AS-12',
    client: takesParts,
    habits: { verify: (_id, bytes) => bytes },
  },
  {
    flaw: 'calls a body that was cut damaged',
    killedBy: 'AS-12',
    client: takesParts,
  },
  {
    flaw: 'shows uploads that are under way',
    killedBy: 'AS-13',
    server: { showsUnfinished: true },
  },
  { flaw: 'keeps what was aborted', killedBy: 'AS-14b', server: { keepsUnfinished: true } },
  { flaw: 'goes on with an aborted upload', killedBy: 'AS-14b', client: forgetsAborted },
  { flaw: 'leaves unwanted bodies in their connections', killedBy: 'AS-15', client: leavesBodies },
  {
    flaw: 'calls its own first try a failure',
    killedBy: 'AS-21',
    artifacts: (sound, client) => {
      const wasRetried = watchRetries(client)
      return {
        put: async (...args) => {
          wasRetried()
          const id = await sound.put(...args)
          if (wasRetried()) throw new MfmError('store_failed')
          return id
        },
      }
    },
  },
  {
    flaw: 'lets errors of the socket out',
    killedBy: 'AS-21',
    client: (client) => {
      const { send } = client
      client.ask = (question) => send(question, new AbortController().signal)
    },
  },
  {
    flaw: 'gives damaged ones among many as absent',
    killedBy: 'AS-23c',
    artifacts: (sound) => ({
      getMany: async (ids) => {
        const found = await Promise.allSettled(ids.map((id) => sound.get(id)))
        return found.map((one) => (one.status === 'fulfilled' ? one.value : undefined))
      },
    }),
  },
  {
    flaw: 'reads the first thousand of many',
    killedBy: 'AS-23d',
    artifacts: (sound) => ({
      getMany: async (ids) => [
        ...(await sound.getMany(ids.slice(0, 1000))),
        ...ids.slice(1000).map(() => undefined),
      ],
    }),
  },
  {
    flaw: 'lists the first page',
    killedBy: 'AS-24b',
    artifacts: (sound) => ({ list: () => first(sound.list(), 1000) }),
  },
  {
    flaw: 'lists two pages',
    killedBy: 'AS-24c',
    artifacts: (sound) => ({ list: () => first(sound.list(), 2000) }),
  },
  {
    flaw: 'holds an artifact as a list of numbers',
    killedBy: 'AS-25b',
    artifacts: (sound) => ({
      put: async (kind, bytes) => {
        const numbers = Array.from(bytes, (byte) => byte / 2)
        const id = await sound.put(
          kind,
          Uint8Array.from(numbers, (half) => half * 2),
        )
        return numbers.length === bytes.length ? id : sound.put(kind, bytes)
      },
    }),
  },
  {
    flaw: 'forgets what it erases, and leaves it there',
    killedBy: 'AS-26b',
    artifacts: (sound) => {
      const erased = new Set<ArtifactId>()
      return {
        erase: async (id) => {
          const wasThere = !erased.has(id) && (await sound.exists(id))
          erased.add(id)
          return wasThere
        },
        exists: async (id) => !erased.has(id) && (await sound.exists(id)),
      }
    },
  },
]

async function* first<T>(items: AsyncIterable<T>, count: number): AsyncGenerator<T, void> {
  let left = count
  for await (const item of items) {
    if (left-- === 0) return
    yield item
  }
}
