import { types } from 'node:util'
import { artifactIdOf } from '@mfm/canonical-json'
import type {
  ArtifactEraser,
  ArtifactId,
  ArtifactLister,
  ArtifactStore,
  FactBinding,
  FactIndex,
  FactKey,
  ManyReader,
} from '@mfm/core-types'
import { factKeySchema } from '@mfm/core-types'
import { decode, MfmError, parseId } from '@mfm/errors'
import type { WireClient } from './wire-client.fixture.ts'
import type { FactQuestion } from './wire-server.fixture.ts'

export type WireArtifacts = ArtifactStore & ManyReader & ArtifactLister & ArtifactEraser

/** What mutants change without writing the whole store again. */
export interface Habits {
  /** Judges what was read before it is given out. */
  verify(id: ArtifactId, bytes: Uint8Array): Uint8Array
  readonly ifNoneMatch: boolean
}

export const SOUND_HABITS: Habits = {
  verify: (id, bytes) => {
    const actual = artifactIdOf(bytes)
    if (actual === id) return bytes
    throw new MfmError('artifact_corruption', { details: { artifactId: id, expected: id, actual } })
  },
  ifNoneMatch: true,
}

export interface WireOptions {
  readonly client: WireClient
  readonly scope: string
  readonly payloadBytes: number
  readonly habits: Habits
}

export function wireArtifacts({ client, scope, payloadBytes, habits }: WireOptions): WireArtifacts {
  const pathOf = (id: ArtifactId): string => `/${scope}/artifacts/${parseId('artifact_id', id)}`
  const find = async (id: ArtifactId, signal?: AbortSignal): Promise<Uint8Array | undefined> => {
    const path = pathOf(id)
    const { status, body } = await client.ask({ method: 'GET', path, isIdempotent: true, signal })
    return status === 404 ? undefined : habits.verify(id, new Uint8Array(body))
  }
  const store: WireArtifacts = {
    description: Object.freeze({
      name: 'wire',
      durability: 'process',
      capabilities: Object.freeze(['getMany', 'list', 'erase'] as const),
    }),
    put: async (kind, bytes, { signal } = {}) => {
      client.requireOpen(signal)
      parseId('segment', kind)
      if (!types.isUint8Array(bytes)) throw new MfmError('invalid_input')
      const size = bytes.length
      if (size > payloadBytes) {
        throw new MfmError('payload_too_large', { details: { limit: payloadBytes, size } })
      }
      const body = Uint8Array.from(bytes)
      const id = artifactIdOf(body)
      const headers = habits.ifNoneMatch ? { 'if-none-match': '*' } : {}
      const path = pathOf(id)
      const question = { method: 'PUT', path, headers, body, isIdempotent: true, signal } as const
      const { status } = await client.ask(question)
      if (status === 412) await find(id, signal)
      return id
    },
    get: async (id, { signal } = {}) => {
      const bytes = await find(id, signal)
      if (bytes !== undefined) return bytes
      throw new MfmError('artifact_not_found', { details: { artifactId: id } })
    },
    exists: async (id, { signal } = {}) => {
      const path = pathOf(id)
      return (await client.ask({ method: 'HEAD', path, isIdempotent: true, signal })).status === 200
    },
    getMany: async (ids, { signal } = {}) => {
      for (const id of ids) parseId('artifact_id', id)
      return await Promise.all(ids.map((id) => find(id, signal)))
    },
    list: async function* ({ signal } = {}) {
      for (let after: string | undefined = ''; after !== undefined; ) {
        const path: string = `/${scope}/list/?after=${after}`
        const { body } = await client.ask({ method: 'GET', path, isIdempotent: true, signal })
        const page = JSON.parse(Buffer.from(body).toString()) as {
          readonly ids: readonly ArtifactId[]
          readonly next?: string
        } // from the server
        yield* page.ids
        after = page.next
      }
    },
    erase: async (id, { signal } = {}) => {
      const path = pathOf(id)
      const question = { method: 'DELETE', path, isIdempotent: true, signal } as const
      return (await client.ask(question)).status === 200
    },
    close: async () => client.close(),
  }
  return store
}

export function wireFacts({ client, scope }: WireOptions): FactIndex {
  const ask = async <T>(question: FactQuestion, signal: AbortSignal | undefined): Promise<T> => {
    const { run, key, id, op } = question
    parseId('run_id', run)
    decode(factKeySchema, key, 'invalid_id', { what: 'the key' })
    if (op === 'bind' || op === 'unbind') parseId('artifact_id', id)
    const { body } = await client.ask({
      method: 'POST',
      path: `/${scope}/facts/`,
      body: JSON.stringify(question),
      isIdempotent: op !== 'unbind',
      signal,
    })
    return JSON.parse(Buffer.from(body).toString()) as T // as the server answers
  }
  const checked = (id: string | undefined): ArtifactId | undefined => {
    if (id === undefined) return undefined
    if (/^[0-9a-f]{64}$/.test(id)) return id as ArtifactId // just tested
    throw new MfmError('store_corruption')
  }
  return {
    description: Object.freeze({ name: 'wire', durability: 'process', capabilities: [] }),
    get: async (run, key, { signal } = {}) => {
      const { bound } = await ask<{ bound?: string }>({ op: 'get', run, key, id: '' }, signal)
      return checked(bound)
    },
    bindIfUnset: async (run, key, id, { signal } = {}) => {
      const binding = await ask<FactBinding>({ op: 'bind', run, key, id }, signal)
      checked(binding.artifactId)
      return binding
    },
    unbindIfMatches: async (run, key, id, { signal } = {}) =>
      (await ask<{ removed: boolean }>({ op: 'unbind', run, key, id }, signal)).removed,
    entries: async function* (run, { signal } = {}) {
      const question = { op: 'entries', run, key: '', id: '' } as const
      const { entries } = await ask<{ entries: [FactKey, ArtifactId][] }>(question, signal)
      for (const [, id] of entries) checked(id)
      yield* entries
    },
    close: async () => client.close(),
  }
}
