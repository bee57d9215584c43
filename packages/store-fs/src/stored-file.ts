import type { FileHandle } from 'node:fs/promises'
import { constants, open } from 'node:fs/promises'
import { artifactIdOf } from '@mfm/canonical-json'
import type { ArtifactId } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { systemCode } from './fs-error.ts'

/** Between two looks at the signal. */
const CHUNK_BYTES = 2 ** 21

export interface Reading {
  readonly signal: AbortSignal | undefined
  /** Whether the bytes must be on the disk, whoever wrote them, before this resolves. */
  readonly sync?: boolean
}

/**
 * The bytes of an artifact, proven and in a buffer of their own; `undefined` where there is no such file.
 *
 * @throws MfmError `artifact_corruption`; errors of the file system as they are
 */
export async function readArtifact(
  path: string,
  id: ArtifactId,
  { signal, sync = false }: Reading,
): Promise<Uint8Array | undefined> {
  const handle = await openIfThere(path)
  if (handle === undefined) return undefined
  try {
    const bytes = await readWhole(handle, signal)
    const actual = bytes === undefined ? null : artifactIdOf(bytes)
    if (bytes === undefined || actual !== id) throw corrupt(id, actual)
    if (sync) await handle.sync()
    return bytes
  } finally {
    await handle.close()
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    // A pipe under the name would otherwise hold the call up until somebody writes into it.
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** `undefined` where it is no file. */
async function readWhole(
  handle: FileHandle,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  const stats = await handle.stat()
  if (!stats.isFile()) return undefined
  const bytes = new Uint8Array(stats.size)
  let size = 0
  while (size < bytes.length) {
    signal?.throwIfAborted()
    const wanted = Math.min(CHUNK_BYTES, bytes.length - size)
    const { bytesRead } = await handle.read(bytes, size, wanted, size)
    if (bytesRead === 0) return bytes.subarray(0, size)
    size += bytesRead
  }
  return bytes
}

/** Writes a new file and makes its bytes durable. */
export async function writeNewFile(
  path: string,
  bytes: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<void> {
  const handle = await open(path, 'wx')
  try {
    await handle.writeFile(bytes, { signal })
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function corrupt(id: ArtifactId, actual: ArtifactId | null): MfmError {
  return new MfmError('artifact_corruption', {
    message: `the stored bytes of artifact ${id} are not its bytes`,
    details: { artifactId: id, expected: id, actual },
  })
}
