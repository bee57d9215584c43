import { Readable } from 'node:stream'
import { MfmError } from '@mfm/errors'
import { BrokenTransfer } from './s3-error.ts'

export interface Expected {
  /** What the server announced. */
  readonly length: number | undefined
  /** More than this is not read. */
  readonly limit: number
}

/**
 * Reads the body of an answer into a buffer of its own. Whatever happens, the body is at its end or destroyed, so
 * that its connection is free.
 *
 * @throws MfmError `payload_too_large`; BrokenTransfer where it ends early
 */
export async function readBody(
  body: unknown,
  { length, limit }: Expected,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (!(body instanceof Readable)) throw new TypeError('the body of an answer is not a stream')
  if (signal.aborted || (length ?? 0) > limit) {
    body.on('error', ignore).destroy()
    signal.throwIfAborted()
    throw new MfmError('payload_too_large', { details: { limit, size: length ?? 0 } })
  }
  const chunks = await chunksOf(body, { length, limit }, signal)
  const bytes = new Uint8Array(sizeOf(chunks))
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

/** By events and not by iteration, which costs several promises for each chunk. */
async function chunksOf(
  body: Readable,
  { length, limit }: Expected,
  signal: AbortSignal,
): Promise<readonly Uint8Array[]> {
  const chunks: Uint8Array[] = []
  let size = 0
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const giveUp = (): void => reject(signal.reason)
  const broken = (): void => reject(new BrokenTransfer('the connection ended in the body'))
  signal.addEventListener('abort', giveUp, { once: true })
  body.on('error', broken).on('close', broken).on('end', resolve)
  body.on('data', (chunk: Uint8Array) => {
    chunks.push(chunk)
    size += chunk.length
    if (size > limit) reject(new MfmError('payload_too_large', { details: { limit, size } }))
    // A client that compares checksums of the server fails instead of ending; what the bytes are is judged by our hash.
    if (size === length) resolve()
  })
  try {
    await promise
  } catch (error) {
    body.destroy()
    throw error
  } finally {
    body.off('close', broken) // every body closes; an error may still come, and is heard and ignored
    signal.removeEventListener('abort', giveUp)
  }
  return chunks
}

function sizeOf(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0)
}

function ignore(): void {
  // a body that is thrown away
}
