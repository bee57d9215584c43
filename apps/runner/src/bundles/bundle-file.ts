import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { MfmError } from '@mfm/errors'
import type { Cli } from '../cli/cli.ts'

/** Stands for standard input or output. */
export const STANDARD = '-'

/** The bytes of a bundle file, or of standard input. */
export function bundleSource(cli: Cli, file: string): AsyncIterable<Uint8Array> {
  return file === STANDARD ? cli.stdin : fileSource(resolve(cli.cwd, file))
}

async function* fileSource(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: 256 * 2 ** 10 })
  } catch (cause) {
    throw new MfmError('invalid_input', {
      message: `cannot read the bundle ${path}`,
      details: { file: path },
      help: 'Name a file that can be read, or - for standard input.',
      cause,
    })
  }
}

/**
 * Writes a file that appears when it is whole, in place of one that was there.
 *
 * @returns bytes written
 * @throws MfmError `invalid_option` where the file cannot be written; what the source throws
 */
export async function writeBundle(
  cli: Cli,
  file: string,
  source: AsyncIterable<Uint8Array>,
): Promise<number> {
  const path = resolve(cli.cwd, file)
  const partial = `${path}.${randomBytes(4).toString('hex')}.partial`
  try {
    const bytes = await writeFile(partial, source)
    await writing(path, rename(partial, path))
    return bytes
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}

async function writeFile(path: string, source: AsyncIterable<Uint8Array>): Promise<number> {
  const handle = await writing(path, open(path, 'wx'))
  try {
    let bytes = 0
    for await (const chunk of source) {
      await writing(path, handle.appendFile(chunk))
      bytes += chunk.length
    }
    await writing(path, handle.sync())
    return bytes
  } finally {
    await handle.close()
  }
}

async function writing<T>(path: string, step: Promise<T>): Promise<T> {
  try {
    return await step
  } catch (cause) {
    throw new MfmError('invalid_option', {
      message: `cannot write the bundle ${path}`,
      details: { file: path },
      help: 'Name a file in a folder that exists and can be written.',
      cause,
    })
  }
}
