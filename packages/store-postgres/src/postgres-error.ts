import { isMfmError, MfmError } from '@mfm/errors'

/** Names of constraints, as the schema gives them. */
export const EVENT_CONSTRAINT = 'events_pkey'
export const BINDING_CONSTRAINT = 'facts_pkey'

/** Why a statement, or the connection that it needed, failed. */
export interface Trouble {
  readonly error: MfmError
  /** The same may succeed if it is tried again. */
  readonly mayPass: boolean
  /** The connection is gone, and with it the answer: what was sent may have happened. */
  readonly isLost: boolean
  /** The server is not there, or not yet. */
  readonly isRefused: boolean
}

/** What `pg` tells of an error; each part may be absent. */
interface Reported {
  readonly code: string | undefined
  readonly severity: string | undefined
  readonly constraint: string | undefined
}

/** SQLSTATE codes (PostgreSQL 15, appendix A) where the class alone does not say enough. */
const QUERY_CANCELED = '57014'
const LOCK_NOT_AVAILABLE = '55P03'
const READ_ONLY = '25006'
const INSUFFICIENT_PRIVILEGE = '42501'
const UNIQUE_VIOLATION = '23505'
/** Serialization failure and deadlock: rolled back, to be tried again. */
const ROLLED_BACK: ReadonlySet<string> = new Set(['40001', '40P01'])
/** Too many connections, and the states of a server that stops or starts. */
const NOT_NOW: ReadonlySet<string> = new Set(['53300', '57P01', '57P02', '57P03'])
const DAMAGED: ReadonlySet<string> = new Set(['XX001', 'XX002'])
/** Connection, authorization, no such database, resources, operator, system. */
const UNAVAILABLE_CLASSES: ReadonlySet<string> = new Set(['08', '28', '3D', '53', '57', '58'])
/** Classes whose messages quote data, users or databases. */
const QUOTING_CLASSES: ReadonlySet<string> = new Set(['22', '28', '3D'])

/** Errors of the system that a restart or a hiccup of the network explains. */
const PASSING_SYSTEM_ERRORS: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT', // of a Unix socket
  'EPIPE',
  'ETIMEDOUT',
])
const REFUSED: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOENT'])

const SQLSTATE_PATTERN = /^[0-9A-Z]{5}$/

/** Judges an error of connecting: nothing was sent. */
export function connectTrouble(error: unknown): Trouble {
  const reported = reportedBy(error)
  const { code } = reported
  const isServers = isSqlState(reported)
  // Without a code it is pg's own: a connection that ended while it was made, or took too long.
  const mayPass = isServers
    ? NOT_NOW.has(code ?? '') || classOf(code) === '08'
    : code === undefined || PASSING_SYSTEM_ERRORS.has(code)
  const isRefused = !isServers && REFUSED.has(code ?? '')
  return { error: translated(error, reported), mayPass, isLost: false, isRefused }
}

/** Judges an error of a statement that was sent. */
export function queryTrouble(error: unknown): Trouble {
  const reported = reportedBy(error)
  const { code = '', severity, constraint } = reported
  const isLost = !isSqlState(reported) || severity === 'FATAL' || severity === 'PANIC'
  // A binding that somebody made meanwhile is seen at the second try.
  const isOvertaken = code === UNIQUE_VIOLATION && constraint === BINDING_CONSTRAINT
  const mayPass = isLost || isOvertaken || ROLLED_BACK.has(code) || NOT_NOW.has(code)
  return { error: translated(error, reported), mayPass, isLost, isRefused: false }
}

function reportedBy(error: unknown): Reported {
  const text = (value: unknown): string | undefined =>
    typeof value === 'string' ? value : undefined
  const { code, severity, constraint } = Object(error)
  return { code: text(code), severity: text(severity), constraint: text(constraint) }
}

/** Whether the server said it; errors of the system and of TLS have codes too, but no severity. */
function isSqlState({ code, severity }: Reported): boolean {
  return code !== undefined && severity !== undefined && SQLSTATE_PATTERN.test(code)
}

function classOf(code: string | undefined): string {
  return code?.slice(0, 2) ?? ''
}

function translated(error: unknown, reported: Reported): MfmError {
  if (isMfmError(error)) return error
  const { code = '', constraint } = reported
  if (!isSqlState(reported)) {
    const details = code === '' ? {} : { systemCode: code }
    return new MfmError('store_unavailable', { details, cause: harmless(error, reported) })
  }
  const details = { sqlState: code, ...(constraint === undefined ? {} : { constraint }) }
  return new MfmError(storeCode(code), { details, cause: harmless(error, reported) })
}

function storeCode(
  code: string,
): 'store_timeout' | 'store_busy' | 'store_corruption' | 'store_unavailable' | 'store_failed' {
  if (code === QUERY_CANCELED) return 'store_timeout'
  if (ROLLED_BACK.has(code) || code === LOCK_NOT_AVAILABLE) return 'store_busy'
  if (DAMAGED.has(code)) return 'store_corruption'
  if (code === READ_ONLY || code === INSUFFICIENT_PRIVILEGE) return 'store_unavailable'
  return UNAVAILABLE_CLASSES.has(classOf(code)) ? 'store_unavailable' : 'store_failed'
}

/** A cause that shows what happened and neither data nor credentials: pg's own errors carry both. */
function harmless(error: unknown, { code }: Reported): Error {
  const isQuoting = QUOTING_CLASSES.has(classOf(code)) || !(error instanceof Error)
  const message = isQuoting ? `the server answered with SQLSTATE ${code}` : error.message
  return Object.assign(new Error(message), code === undefined ? {} : { code })
}
