import type { EventEnvelope, FactKey, RunId } from '@mfm/core-types'
import { isRunId } from '@mfm/core-types'

const PREFIX = 'view:'
/** Laid over the digits of a run id; its own inverse. Where it is 0 the digit stays: version and variant. */
const MASK = '5a17c3e9-4b2d-06f8-01d3-c7a94e60b285'

/** Another run for every run, the same both ways; what is no run id stays what it is. */
export function otherRun(run: RunId): RunId {
  return isRunId(run) ? (masked(run) as RunId) : run // hex digits and hyphens where there were such
}

/** The same of the beginning of a run id. */
export function masked(prefix: string): string {
  return Array.from(prefix, (digit, index) => {
    const value = Number.parseInt(digit, 16)
    const mask = Number.parseInt(MASK.charAt(index), 16)
    return Number.isNaN(value) || Number.isNaN(mask) ? digit : (value ^ mask).toString(16)
  }).join('')
}

export function inside(key: FactKey): FactKey {
  return typeof key === 'string' ? `${PREFIX}${key}` : key
}

/** The key as the user of the view knows it; `undefined` for one that is not of the view. */
export function outside(key: FactKey): FactKey | undefined {
  return key.startsWith(PREFIX) ? key.slice(PREFIX.length) : undefined
}

export function renamed(envelope: EventEnvelope): EventEnvelope {
  if (typeof envelope !== 'object' || envelope === null || !('runId' in envelope)) return envelope
  return { ...envelope, runId: otherRun(envelope.runId) }
}

/** What a caller gave for a list, each of its items changed; what is no list stays what it is. */
export function eachOf<T>(given: readonly T[], change: (item: T) => T): readonly T[] {
  return Array.isArray(given) ? given.map(change) : given
}
