import { onTestFinished } from 'vitest'
import type { S3ArtifactStore, S3ArtifactStoreOptions } from '../src/index.ts'
import { openS3ArtifactStore } from '../src/index.ts'
import { artifactKey } from '../src/object-key.ts'
import { StubServer, sha256Of } from './stub-server.ts'

export interface Stubbed {
  readonly server: StubServer
  readonly store: S3ArtifactStore
}

/** A store on a scripted server of its own, both ended with the test. What opening asked is forgotten. */
export async function stubbed(options: Partial<S3ArtifactStoreOptions> = {}): Promise<Stubbed> {
  const server = await stubServer()
  const store = await openS3ArtifactStore(server.options(options))
  onTestFinished(() => store.close())
  server.forget()
  return { server, store }
}

export async function stubServer(): Promise<StubServer> {
  const server = await StubServer.start()
  onTestFinished(() => server[Symbol.asyncDispose]())
  return server
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export function keyOf(bytes: Uint8Array): string {
  return artifactKey('', idOf(bytes))
}

export function idOf(bytes: Uint8Array): Parameters<S3ArtifactStore['get']>[0] {
  return sha256Of(bytes) as Parameters<S3ArtifactStore['get']>[0] // 64 hex digits by construction
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}
