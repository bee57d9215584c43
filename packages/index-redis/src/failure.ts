import { MfmError } from '@mfm/errors'
import { blameless } from './blameless.ts'

/** What an error of the client means for the call that met it. */
export type Failure =
  /** The connection ended, or there was none. Whether the command was executed is known only where it was not sent. */
  | { readonly kind: 'lost'; readonly wasSent: boolean; readonly cause: Error }
  /** The server refuses for now, and has changed nothing. */
  | { readonly kind: 'passing'; readonly cause: Error }
  | { readonly kind: 'final'; readonly error: MfmError }

const PASSING: ReadonlySet<string> = new Set([
  'LOADING',
  'READONLY',
  'MASTERDOWN',
  'CLUSTERDOWN',
  'TRYAGAIN',
  'ASK',
  'BUSY',
])
const REFUSED: ReadonlySet<string> = new Set([
  'OOM',
  'MISCONF',
  'NOREPLICAS',
  'NOAUTH',
  'WRONGPASS',
  'NOPERM',
])
/** ioredis has no codes for these. */
const NOT_SENT = /enableOfflineQueue options is false/

/** Whether the server refused the credentials: waiting will not help. */
export function isLoginRefused(error: unknown): boolean {
  return isReply(error) && ['NOAUTH', 'WRONGPASS', 'NOPERM'].includes(firstWord(error))
}

export function isReply(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError'
}

function firstWord({ message }: Error): string {
  return message.split(' ', 1)[0] ?? ''
}

/** @param secrets texts that no error may repeat */
export function judge(error: unknown, secrets: readonly string[]): Failure {
  const cause = blameless(error, secrets)
  if (isReply(error)) return judgeReply(firstWord(error), cause)
  if (error instanceof MfmError) return { kind: 'final', error }
  if (error instanceof TypeError || error instanceof RangeError) {
    return { kind: 'final', error: new MfmError('store_failed', { cause }) }
  }
  return { kind: 'lost', wasSent: !NOT_SENT.test(cause.message), cause }
}

function judgeReply(word: string, cause: Error): Failure {
  if (PASSING.has(word)) return { kind: 'passing', cause }
  return { kind: 'final', error: replyError(word, cause) }
}

function replyError(word: string, cause: Error): MfmError {
  const details = { reply: word }
  if (REFUSED.has(word)) {
    return new MfmError('store_unavailable', {
      message: `Redis refused the command: ${cause.message}`,
      details,
      cause,
    })
  }
  if (word === 'WRONGTYPE') {
    return new MfmError('store_corruption', {
      message: 'a key of the index holds another type of value',
      details,
      cause,
      help: 'Something else writes to the keys of this prefix. Delete the key; the stream of the run has every fact.',
    })
  }
  if (word === 'MOVED' || word === 'CROSSSLOT') {
    return new MfmError('store_unsuitable', {
      message: 'the server is part of a Redis Cluster, and the client is not made for one',
      details,
      cause,
      help: "Give the URLs of some nodes as 'cluster' instead of 'url'.",
    })
  }
  return new MfmError('store_failed', { message: cause.message, details, cause })
}
