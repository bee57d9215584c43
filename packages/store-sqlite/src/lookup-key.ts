import type { ArtifactId, FactKey, RunId } from '@mfm/core-types'

/** What a key is of: one look-up table serves all of them. */
const KIND = { artifact: 0, fact: 1, chain: 2, run: 3 } as const

/** A kind and 48 bits of a hash: few enough to be short, many enough that two things seldom share them. */
export interface LookupKey {
  readonly low: number
  /** Kind in the three highest bits, hash in the lowest sixteen, nothing between. */
  readonly high: number
}

/** The bits of {@link LookupKey.high} that are in use. */
export const HIGH_MASK = 0xe0_00_ff_ff

const KIND_UNIT: number = 2 ** 29

/** Leads to the row of the log in which the artifact stands. */
export function artifactKey(id: ArtifactId): LookupKey {
  const low = Number.parseInt(id.slice(0, 8), 16)
  return { low, high: KIND.artifact * KIND_UNIT + Number.parseInt(id.slice(8, 12), 16) }
}

/** Gives what leads to the row of the log that says last what a key of the run is bound to. */
export function factKeysOf(run: RunId): (key: FactKey) => LookupKey {
  const hash = hashOf(run)
  return (key) => keyOf(KIND.fact, hashOf(key, hash))
}

/** Leads to the last row of the log with a binding of the run. */
export function chainKey(run: RunId): LookupKey {
  return keyOf(KIND.chain, hashOf(run))
}

/** Leads to the ordinal of the run. */
export function runKey(run: RunId): LookupKey {
  return keyOf(KIND.run, hashOf(run))
}

/** Two multiplicative hashes side by side. */
interface Hash {
  readonly first: number
  readonly second: number
}

const EMPTY: Hash = { first: 0x9e_37_79_b9, second: 0x85_eb_ca_6b }

/** @param before hash of the text before this one */
function hashOf(text: string, before: Hash = EMPTY): Hash {
  let { first, second } = before
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    first = Math.imul(first ^ unit, 0x9e_37_79_b1)
    second = Math.imul(second ^ unit, 0x5f_35_64_95)
  }
  return { first, second }
}

/**
 * Mixes at the end. Nothing is trusted to a hash: what it leads to is compared with what was asked for, so two texts with
 * one hash cost time and no more. Stored, so it never changes.
 */
function keyOf(kind: number, hash: Hash): LookupKey {
  const first =
    Math.imul(hash.first ^ (hash.first >>> 16), 0x85_eb_ca_6b) ^
    Math.imul(hash.second ^ (hash.second >>> 13), 0xc2_b2_ae_35)
  const second =
    Math.imul(hash.second ^ (hash.second >>> 16), 0x85_eb_ca_6b) ^
    Math.imul(first ^ (first >>> 13), 0xc2_b2_ae_35)
  return { low: first >>> 0, high: (kind * KIND_UNIT + (second >>> 16)) >>> 0 }
}
