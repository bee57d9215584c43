import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseJson } from '@mfm/canonical-json'
import type { JsonValue } from '@mfm/core-types'
import { isMfmError, MfmError } from '@mfm/errors'
import type { Cli } from './cli.ts'
import type { InputFlags } from './flags.ts'
import { UsageError } from './usage-error.ts'

/**
 * The input of a new run; `undefined` where none is given.
 *
 * @throws MfmError `invalid_input` where it cannot be read or is not exact JSON
 */
export async function readInput(cli: Cli, flags: InputFlags): Promise<JsonValue | undefined> {
  const { input, 'input-file': file } = flags
  if (input !== undefined && file !== undefined) {
    throw new UsageError('--input and --input-file are both given', 'Give one of the two.')
  }
  if (input !== undefined) return parsed(input, '--input')
  if (file === undefined) return undefined
  if (file === '-') return parsed(await readAll(cli), 'standard input')
  return parsed(await readInputFile(resolve(cli.cwd, file)), file)
}

function parsed(text: string | Uint8Array, source: string): JsonValue {
  try {
    return parseJson(text)
  } catch (cause) {
    if (!isMfmError(cause)) throw cause
    const { message, details, help } = cause
    throw new MfmError('invalid_input', {
      message: `${source} is not exact JSON: ${message}`,
      details: { source, ...details },
      help,
      cause,
    })
  }
}

async function readInputFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw new MfmError('invalid_input', {
      message: `cannot read the input file ${path}`,
      details: { file: path },
      help: 'Name a file that can be read, or - for standard input.',
      cause,
    })
  }
}

async function readAll({ stdin }: Cli): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stdin) chunks.push(chunk)
  return Buffer.concat(chunks)
}
