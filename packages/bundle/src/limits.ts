import { decode } from '@mfm/errors'
import { z } from 'zod'

/** What a reader takes at most. A bundle that asks for more is `bundle_too_large`. */
export interface BundleLimits {
  /** Bytes of the whole file. Default 8 GiB. */
  readonly totalBytes: number
  /** Bytes of one document, and of the manifest. One document at a time is in memory. Default 64 MiB. */
  readonly documentBytes: number
  /** Bytes of one event. Default 64 MiB. */
  readonly eventBytes: number
  /** Events and documents in all; their addresses are in memory, some 200 bytes each. Default 2,000,000. */
  readonly entries: number
  /** Default 10,000. */
  readonly runs: number
}

const MIB = 2 ** 20

export const DEFAULT_LIMITS: BundleLimits = Object.freeze({
  totalBytes: 8192 * MIB,
  documentBytes: 64 * MIB,
  eventBytes: 64 * MIB,
  entries: 2_000_000,
  runs: 10_000,
})

const limit = z.int().positive().optional()

const limitsSchema: z.ZodType<GivenLimits> = z.strictObject({
  totalBytes: limit,
  documentBytes: limit,
  eventBytes: limit,
  entries: limit,
  runs: limit,
})

export type GivenLimits = { readonly [Name in keyof BundleLimits]?: number | undefined }

/** @throws MfmError `invalid_option` */
export function limitsFrom(given: GivenLimits = {}): BundleLimits {
  const { totalBytes, documentBytes, eventBytes, entries, runs } = decode(
    limitsSchema,
    given,
    'invalid_option',
    { what: 'the limits of a bundle' },
  )
  return {
    totalBytes: totalBytes ?? DEFAULT_LIMITS.totalBytes,
    documentBytes: documentBytes ?? DEFAULT_LIMITS.documentBytes,
    eventBytes: eventBytes ?? DEFAULT_LIMITS.eventBytes,
    entries: entries ?? DEFAULT_LIMITS.entries,
    runs: runs ?? DEFAULT_LIMITS.runs,
  }
}
