import { isMfmError, MfmError } from '@mfm/errors'

/** Primary result codes of SQLite (sqlite.org/rescode.html). */
const CODES = {
  SQLITE_PERM: 3,
  SQLITE_BUSY: 5,
  SQLITE_LOCKED: 6,
  SQLITE_NOMEM: 7,
  SQLITE_READONLY: 8,
  SQLITE_IOERR: 10,
  SQLITE_CORRUPT: 11,
  SQLITE_FULL: 13,
  SQLITE_CANTOPEN: 14,
  SQLITE_AUTH: 23,
  SQLITE_NOTADB: 26,
} as const

type CodeName = keyof typeof CODES

const UNAVAILABLE: ReadonlySet<number> = new Set(
  (
    [
      'SQLITE_PERM',
      'SQLITE_NOMEM',
      'SQLITE_READONLY',
      'SQLITE_IOERR',
      'SQLITE_FULL',
      'SQLITE_CANTOPEN',
      'SQLITE_AUTH',
    ] satisfies CodeName[]
  ).map((name) => CODES[name]),
)

/** The primary result code of an error of node:sqlite. */
function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined
}

/** Whether another connection holds the lock that was asked for. */
function isBusy(error: unknown): boolean {
  const code = primaryCode(error)
  return code === CODES.SQLITE_BUSY || code === CODES.SQLITE_LOCKED
}

/** Whether the handle is as good as before: a refusal of ours, or one that SQLite makes before it touches the file. */
export function isHandleSound(error: unknown): boolean {
  return isMfmError(error) || isBusy(error) || primaryCode(error) === CODES.SQLITE_READONLY
}

/** Any error of a transaction in the words of the ports. */
export function storeError(error: unknown, path: string): MfmError {
  if (isMfmError(error)) return error
  const code = primaryCode(error)
  const options = { details: detailsOf(error, path), cause: error }
  if (isBusy(error)) return new MfmError('store_busy', options)
  if (code === CODES.SQLITE_CORRUPT || isOutOfRange(error)) {
    return new MfmError('store_corruption', options)
  }
  if (code !== undefined && UNAVAILABLE.has(code)) return new MfmError('store_unavailable', options)
  return new MfmError('store_failed', {
    ...options,
    ...(code === CODES.SQLITE_NOTADB ? { message: `${path} is not an SQLite file` } : {}),
  })
}

/** A stored integer or length that no store of this package writes. */
function isOutOfRange(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ERR_OUT_OF_RANGE' || code === 'ERR_BUFFER_OUT_OF_BOUNDS'
}

function detailsOf(error: unknown, path: string): { [name: string]: string | number } {
  const code = primaryCode(error)
  const name = Object.entries(CODES).find(([, value]) => value === code)?.[0]
  const extended = error instanceof Error && 'errcode' in error ? Number(error.errcode) : undefined
  return {
    path,
    ...(name === undefined ? {} : { sqliteCode: name }),
    ...(extended === undefined ? {} : { sqliteExtendedCode: extended }),
  }
}
