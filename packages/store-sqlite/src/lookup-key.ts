import { sha256 } from '@mfm/canonical-json'
import type { ArtifactId, FactKey, RunId } from '@mfm/core-types'

/** What a key is of: one look-up table serves all of them. */
const KIND = { artifact: 0, fact: 1, chain: 2, run: 3 } as const

/** A kind and 48 bits of a digest: few enough to be short, many enough that two things seldom share them. */
export interface LookupKey {
  readonly low: number
  /** Kind in the three highest bits, hash in the lowest sixteen, nothing between. */
  readonly high: number
}

/** The bits of {@link LookupKey.high} that are in use. */
export const HIGH_MASK = 0xe0_00_ff_ff

/** Leads to the row of the log in which the artifact stands. */
export function artifactKey(id: ArtifactId): LookupKey {
  return keyOf(KIND.artifact, id)
}

/** Leads to the row of the log that says last what the key is bound to. */
export function factKey(run: RunId, key: FactKey): LookupKey {
  return keyOf(KIND.fact, sha256(run + key)) // run ids have one length
}

/** Leads to the last row of the log with a binding of the run. */
export function chainKey(run: RunId): LookupKey {
  return keyOf(KIND.chain, sha256(run))
}

/** Leads to the ordinal of the run. */
export function runKey(run: RunId): LookupKey {
  return keyOf(KIND.run, sha256(run))
}

function keyOf(kind: number, hex: string): LookupKey {
  const low = Number.parseInt(hex.slice(0, 8), 16)
  return { low, high: (kind * 2 ** 29 + Number.parseInt(hex.slice(8, 12), 16)) >>> 0 }
}
