import { randomUUID } from 'node:crypto'
import { artifactIdOf } from '@mfm/canonical-json'
import type { ArtifactId, RunId } from '@mfm/core-types'
import { Redis } from 'ioredis'

export function newRun(): RunId {
  return randomUUID() as RunId // it is one
}

export function idOf(text: string): ArtifactId {
  return artifactIdOf(text)
}

export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}

/** A client past the adapter. */
export function adminOf(url: string): Redis & AsyncDisposable {
  const client = new Redis(url, { connectionName: 'admin' })
  return Object.assign(client, {
    [Symbol.asyncDispose]: async () => {
      client.disconnect()
    },
  })
}

/** Resolves when a condition holds; fails after ten seconds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('it did not come to hold')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
