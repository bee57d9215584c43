import type { JsonObject, StateId } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'

/**
 * - `fetch`, `net`: the global `fetch`; a connection of `node:net` (and so of `node:http`, `node:tls` and what builds on
 *   them), a datagram
 * - `fs`: a change to the file system
 * - `time`: `Date.now`, `new Date()`, `performance.now`, `process.hrtime`
 * - `random`: `Math.random`, `crypto.randomUUID`, `crypto.getRandomValues`, `crypto.randomBytes` and their kin
 * - `timers`: `setTimeout`, `setInterval`
 * - `env`: a read of `process.env`
 */
export const AMBIENT_KINDS = ['fetch', 'net', 'fs', 'time', 'random', 'timers', 'env'] as const

export type AmbientKind = (typeof AMBIENT_KINDS)[number]

/** A kind, or a kind where a package of that name is what asks: `time:pino`. */
export type AmbientAllowance = AmbientKind | `${AmbientKind}:${string}`

/** A place where a state reached past its provider. */
export interface AmbientFinding {
  readonly kind: AmbientKind
  /** What was called, such as `Date.now`. */
  readonly what: string
  readonly stateId: StateId
  readonly attempt: number
  /** `file:line:column` in the code outside `node_modules`, relative to the working folder; `null` where unknown. */
  readonly location: string | null
  /** The package that asked, and where in it; `null` where the code at `location` asked by itself. */
  readonly via: { readonly package: string; readonly location: string } | null
}

const WAYS_OUT: Readonly<Record<AmbientKind, string>> = {
  fetch: 'Use io.fetch, or instrument the state for code that cannot take it.',
  net: 'Make the connection in io.record or in a transport; instrument the state for clients that use fetch.',
  fs: 'Write files inside io.record, or after the run from its output.',
  time: 'Use await io.now(), or instrument the state for code that cannot take it.',
  random:
    'Use await io.random(), io.uuid() or io.randomBytes(n), or instrument the state for code that cannot take it.',
  timers: 'Use await io.sleep(ms), or instrument the state for code that cannot take it.',
  env: "Read it outside the run and pass it as input, or with io.record('name', () => process.env.NAME ?? null).",
}

/** `Date.now at src/audit.ts:12:5`, and the package that asked. */
export function describeFinding({ what, location, via }: AmbientFinding): string {
  const place = location === null ? '' : ` at ${location}`
  return via === null ? `${what}${place}` : `${what}${place}, in ${via.package} (${via.location})`
}

/** What to do about a finding, in one sentence. */
export function wayOut({ kind, via }: Pick<AmbientFinding, 'kind' | 'via'>): string {
  const allowance = via === null ? kind : `${kind}:${via.package}`
  return `${WAYS_OUT[kind]} Where it takes no part in the result: ambient: { allow: ['${allowance}'] }.`
}

export function ambientError(finding: AmbientFinding): MfmError {
  const { stateId, via } = finding
  const details: JsonObject = { ...finding, via: via === null ? null : { ...via } }
  return new MfmError('ambient_io', {
    message: `the state ${stateId} used ${describeFinding(finding)}: no fact holds what it gives`,
    details,
    help: wayOut(finding),
  })
}
