import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { artifactIdOf } from '@mfm/canonical-json'
import type { ArtifactId } from '@mfm/core-types'

/** A path to make a store at, in a folder of its own, which goes when the test ends. */
export async function temporaryFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'store-fs-'))
  return {
    path: join(folder, 'made', 'on', 'demand'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes)
}

/** Where an artifact lies: the layout of version 1, in words of its own. */
export function fileOf(path: string, id: ArtifactId): string {
  return join(path, id.slice(0, 2), id.slice(2, 4), id)
}

/** Two texts whose artifacts lie in one folder. */
export function neighbours(): readonly [string, string] {
  const seen = new Map<string, string>()
  for (let number = 0; ; number++) {
    const text = `neighbour ${number}`
    const folder = artifactIdOf(text).slice(0, 4)
    const other = seen.get(folder)
    if (other !== undefined) return [other, text]
    seen.set(folder, text)
  }
}

export async function leftovers(path: string): Promise<readonly string[]> {
  return await readdir(join(path, 'tmp'))
}

/** What a promise ends with: `ok`, or the code of the error. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  return await promise.then(
    () => 'ok',
    (error: unknown) => String(Object(error).code),
  )
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}
