import { randomUUID } from 'node:crypto'
import { artifactIdOf } from '@mfm/canonical-json'
import type { ArtifactId, FactKey, RunId } from '@mfm/core-types'
import type { RedisFactIndex } from '@mfm/index-redis'
import { openRedisFactIndex } from '@mfm/index-redis'
import { service, stopServices } from '@mfm/services'
import { Redis } from 'ioredis'
import { expectEqual } from '../harness/check.ts'
import type { Side } from '../harness/interleave.ts'
import { timed } from '../harness/interleave.ts'

export const AT_ONCE = 64

/** A real server, reached by ioredis as it comes and by the index. */
export interface RedisGround extends AsyncDisposable {
  readonly bare: Redis
  readonly index: RedisFactIndex
}

export async function openRedisGround(): Promise<RedisGround> {
  const { url } = await service('redis')
  const bare = new Redis(url)
  const index = await openRedisFactIndex({ url, prefix: randomUUID() })
  const dispose = async (): Promise<void> => {
    await index.close()
    await bare.quit()
    await stopServices()
  }
  return { bare, index, [Symbol.asyncDispose]: dispose }
}

interface Binding {
  readonly key: FactKey
  readonly id: ArtifactId
}

type BindAll = (run: RunId, bindings: readonly Binding[]) => Promise<void>

/** `HSETNX`, the least that keeps the first of two values. */
export function bareOneByOne({ bare }: RedisGround): BindAll {
  return async (run, bindings) => {
    for (const { key, id } of bindings) expectEqual('set', await bare.hsetnx(run, key, id), 1)
  }
}

export function barePipelined({ bare }: RedisGround): BindAll {
  return async (run, bindings) => {
    for (const group of groups(bindings)) {
      const pipeline = bare.pipeline()
      for (const { key, id } of group) pipeline.hsetnx(run, key, id)
      const replies = (await pipeline.exec()) ?? []
      expectEqual('replies', replies.filter(([, reply]) => reply === 1).length, group.length)
    }
  }
}

export function ourOneByOne({ index }: RedisGround): BindAll {
  return async (run, bindings) => {
    for (const { key, id } of bindings) await bindNew(index, run, { key, id })
  }
}

export function ourManyAtOnce({ index }: RedisGround): BindAll {
  return async (run, bindings) => {
    for (const group of groups(bindings)) {
      await Promise.all(group.map((binding) => bindNew(index, run, binding)))
    }
  }
}

async function bindNew(index: RedisFactIndex, run: RunId, { key, id }: Binding): Promise<void> {
  const { inserted } = await index.bindIfUnset(run, key, id)
  expectEqual('inserted', String(inserted), 'true')
}

function* groups(bindings: readonly Binding[]): Generator<readonly Binding[]> {
  for (let at = 0; at < bindings.length; at += AT_ONCE) yield bindings.slice(at, at + AT_ONCE)
}

/** Binds new keys of a new run; afterwards the last one is looked up. */
export function bindSide(
  count: number,
  bindAll: BindAll,
  look: (run: RunId, key: FactKey) => Promise<string | null | undefined>,
): Side {
  const bindings = Array.from({ length: count }, (_, n) => ({
    key: `state.step|req:${n}`,
    id: artifactIdOf(String(n)),
  }))
  return {
    units: count,
    pass: async () => {
      const run = randomUUID() as RunId // a UUID is one
      const pass = await timed(() => bindAll(run, bindings))
      const last = bindings.at(-1)
      expectEqual('last binding', (await look(run, last?.key ?? '')) ?? undefined, last?.id)
      return pass
    },
  }
}
