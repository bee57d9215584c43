import type { ErrorCode } from '@mfm/errors'
import { MfmError } from '@mfm/errors'
import { formatPointer } from './json-pointer.ts'

const SHOWN = 100

/** An error about one place of a document: `details.pointer`, well-formed even where a name is not. */
export function errorAt(
  code: ErrorCode,
  parts: readonly (string | number)[],
  problem: string,
): MfmError {
  const pointer = formatPointer(parts).toWellFormed()
  const shown = pointer.length > SHOWN ? `${pointer.slice(0, SHOWN).toWellFormed()}…` : pointer
  return new MfmError(code, { message: `${problem}, at '${shown}'`, details: { pointer } })
}
