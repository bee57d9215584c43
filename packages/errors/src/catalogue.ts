import { BUNDLE_CODES } from './catalogue/bundle-codes.ts'
import type { CatalogueEntry } from './catalogue/entry.ts'
import { GOLDEN_CODES } from './catalogue/golden-codes.ts'
import { INPUT_CODES } from './catalogue/input-codes.ts'
import { IO_CODES } from './catalogue/io-codes.ts'
import { RUN_CODES } from './catalogue/run-codes.ts'
import { STORAGE_CODES } from './catalogue/storage-codes.ts'
import { TRANSPORT_CODES } from './catalogue/transport-codes.ts'

/** Every code that this project raises. A state adds codes of its own with `fail`. */
export type ErrorCode =
  | keyof typeof INPUT_CODES
  | keyof typeof IO_CODES
  | keyof typeof TRANSPORT_CODES
  | keyof typeof STORAGE_CODES
  | keyof typeof RUN_CODES
  | keyof typeof BUNDLE_CODES
  | keyof typeof GOLDEN_CODES

/** Code → scope, kind, category, retryable, meaning and way out. */
export const ERROR_CATALOGUE: Readonly<Record<ErrorCode, CatalogueEntry>> = Object.freeze({
  ...INPUT_CODES,
  ...IO_CODES,
  ...TRANSPORT_CODES,
  ...STORAGE_CODES,
  ...RUN_CODES,
  ...BUNDLE_CODES,
  ...GOLDEN_CODES,
})

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CATALOGUE, code)
}
