export type { CatalogueEntry, ErrorKind, ErrorScope } from './catalogue/entry.ts'
export { ERROR_CATALOGUE, type ErrorCode, isErrorCode } from './catalogue.ts'
export {
  type DecodeContext,
  decode,
  escapePointerPart,
  type IdKind,
  type Problem,
  parseId,
} from './decode.ts'
export { causeChain } from './describe-error.ts'
export { type FailOptions, fail } from './fail.ts'
export {
  errorFromInfo,
  hasCode,
  isMfmError,
  MfmError,
  type MfmErrorOptions,
} from './mfm-error.ts'
