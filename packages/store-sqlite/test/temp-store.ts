import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { artifactIdOf } from '@mfm/canonical-json'
import type { ArtifactId, EventEnvelope, JsonValue, RunId } from '@mfm/core-types'

/** A path in a folder of its own, which goes when the test ends. */
export async function temporaryFile(): Promise<{ path: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'store-sqlite-'))
  return {
    path: join(folder, 'runs.db'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

export function newRun(): RunId {
  return randomUUID() as RunId // a UUID by construction
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export function idOf(text: string): ArtifactId {
  return artifactIdOf(text)
}

export function noted(runId: RunId, seq: number, payload: JsonValue): EventEnvelope {
  const event = { type: 'domain', v: 1, name: 'noted', payload, payloadRef: null } as const
  return {
    runId,
    seq,
    tsMillis: null,
    prev: null,
    event: { ...event, stateId: null, attempt: null },
  }
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}

export function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1)
}

/** What a promise ends with: `ok`, or the code of the error. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  return await promise.then(
    () => 'ok',
    (error: unknown) => String(Object(error).code),
  )
}
