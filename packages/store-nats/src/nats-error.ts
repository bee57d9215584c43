import { isMfmError, MfmError } from '@mfm/errors'
import { JetStreamApiError } from '@nats-io/jetstream'
import { TimeoutError } from '@nats-io/transport-node'

/** Codes of the JetStream API (github.com/nats-io/nats-server, server/errors.json). */
const API = {
  wrongLastSequence: 10_071,
  streamNotFound: 10_059,
  streamNameInUse: 10_058,
  subjectsOverlap: 10_065,
} as const

/** What the API says of a full or overloaded server. */
const SERVER_TROUBLE: ReadonlySet<number> = new Set([
  10_008, // no suitable peers
  10_009, // not the leader
  10_023, // insufficient resources
  10_047, // insufficient storage
  10_077, // store failed
])

/** Whether another message came first on the subject. */
export function isConflict(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === API.wrongLastSequence
}

export function isStreamMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === API.streamNotFound
}

/** Whether a stream could not be made because one is there, or is being made at this moment. */
export function isStreamTaken(error: unknown): boolean {
  if (!(error instanceof JetStreamApiError)) return false
  return error.code === API.streamNameInUse || error.code === API.subjectsOverlap
}

/** Any error of the client in the words of the ports. It names no address: that may hold a password. */
export function storeError(error: unknown): MfmError {
  if (isMfmError(error)) return error
  const cause = error
  if (error instanceof TimeoutError) return new MfmError('store_timeout', { cause })
  if (error instanceof JetStreamApiError) {
    const code = SERVER_TROUBLE.has(error.code) ? 'store_unavailable' : 'store_failed'
    return new MfmError(code, {
      message: `the server answered with error ${error.code}`,
      details: { apiCode: error.code },
      cause,
    })
  }
  return new MfmError(isLoss(error) ? 'store_unavailable' : 'store_failed', { cause })
}

/** Names of errors of the client that say that there is no server to talk to. */
const LOSSES: ReadonlySet<string> = new Set([
  'ClosedConnectionError',
  'ConnectionError',
  'DrainingConnectionError',
  'NoRespondersError',
  'JetStreamNotEnabled',
  'RequestError',
  'AuthorizationError',
  'PermissionViolationError',
  'ProtocolError',
])

function isLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return LOSSES.has(error.name) || 'syscall' in error
}
