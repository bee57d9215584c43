import type { ErrorCategory, ErrorInfo, JsonObject } from '@mfm/core-types'
import type { ErrorKind, ErrorScope } from './catalogue/entry.ts'
import type { ErrorCode } from './catalogue.ts'
import { ERROR_CATALOGUE, isErrorCode } from './catalogue.ts'

/** Recognises an error across duplicate copies of this package. */
const BRAND = Symbol.for('mfm.error')

export interface MfmErrorOptions {
  /** What happened and to which object; the catalogue's meaning where absent. Never a secret. */
  readonly message?: string | undefined
  /** The thing at fault, as plain JSON without secrets. */
  readonly details?: JsonObject | undefined
  readonly cause?: unknown
  /** The way out, where the catalogue's sentence is too general. */
  readonly help?: string | undefined
}

interface Traits {
  readonly scope: ErrorScope
  readonly kind: ErrorKind
  readonly help: string | undefined
}

/**
 * The one error class. `code` is the contract: match on it (or on `kind`), never on the message. `instanceof` works
 * across duplicate copies of this package.
 *
 * @example
 * throw new MfmError('run_not_found', { details: { runId }, message: `no run ${runId} in ${url}` })
 */
export class MfmError extends Error {
  /** A code of the catalogue, or one that a state or a third-party transport chose. */
  readonly code: ErrorCode | (string & {})
  readonly scope: ErrorScope
  readonly kind: ErrorKind
  readonly category: ErrorCategory
  readonly retryable: boolean
  readonly details: JsonObject | null
  readonly help: string | undefined

  constructor(code: ErrorCode, options?: MfmErrorOptions)
  constructor(info: ErrorInfo, options: MfmErrorOptions & { readonly traits: Traits })
  constructor(
    codeOrInfo: ErrorCode | ErrorInfo,
    options: MfmErrorOptions & { readonly traits?: Traits } = {},
  ) {
    const given = typeof codeOrInfo === 'string' ? undefined : codeOrInfo
    const code = typeof codeOrInfo === 'string' ? codeOrInfo : codeOrInfo.code
    const known = isErrorCode(code) ? ERROR_CATALOGUE[code] : undefined
    super(
      options.message ?? given?.message ?? known?.meaning ?? code,
      options.cause === undefined ? undefined : { cause: options.cause },
    )
    Object.defineProperty(this, BRAND, { value: true })
    this.name = 'MfmError'
    this.code = code
    this.scope = known?.scope ?? options.traits?.scope ?? 'state'
    this.kind = known?.kind ?? options.traits?.kind ?? 'other'
    this.category = given?.category ?? known?.category ?? 'unknown'
    this.retryable = given?.retryable ?? known?.retryable ?? false
    this.details = options.details ?? asObject(given?.details) ?? null
    this.help = options.help ?? known?.help ?? options.traits?.help
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && Object.hasOwn(value, BRAND)
  }

  /** The wire form, without cause and stack. */
  toInfo(): ErrorInfo {
    return {
      code: this.code,
      category: this.category,
      retryable: this.retryable,
      message: this.message,
      details: this.details,
    }
  }

  toJSON(): ErrorInfo & { readonly kind: ErrorKind; readonly help?: string } {
    return {
      ...this.toInfo(),
      kind: this.kind,
      ...(this.help === undefined ? {} : { help: this.help }),
    }
  }
}

function asObject(details: ErrorInfo['details'] | undefined): JsonObject | undefined {
  return typeof details === 'object' && details !== null && !Array.isArray(details)
    ? (details as JsonObject)
    : undefined
}

export function isMfmError(value: unknown): value is MfmError {
  return value instanceof MfmError
}

/** Whether `value` is an {@link MfmError} with one of these codes. */
export function hasCode<Code extends ErrorCode>(
  value: unknown,
  ...codes: readonly Code[]
): value is MfmError & { readonly code: Code } {
  return isMfmError(value) && (codes as readonly string[]).includes(value.code)
}

/** An error as it was recorded: same code, category, message and `retryable`, no stack of its origin. */
export function errorFromInfo(info: ErrorInfo): MfmError {
  return new MfmError(info, { traits: { scope: 'state', kind: 'other', help: undefined } })
}
