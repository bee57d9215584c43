import { artifactIdOf, canonicalBytes, decodeJsonArtifact } from '@mfm/canonical-json'
import type { ArtifactId, Digest, RunId } from '@mfm/core-types'
import { artifactIdSchema, digestSchema, runIdSchema } from '@mfm/core-types'
import { decode, isMfmError, MfmError } from '@mfm/errors'
import { z } from 'zod'
import type { BodyKind } from './format.ts'
import { BODY_KINDS, BUNDLE_FORMAT, BUNDLE_VERSION } from './format.ts'
import { invalidBundle } from './problem.ts'

/** The first entry of a bundle: what follows, before any of it is read. */
export interface BundleManifest {
  readonly format: typeof BUNDLE_FORMAT
  readonly version: typeof BUNDLE_VERSION
  /** The algorithm of every digest and address. */
  readonly digest: 'sha256'
  /** In ascending order of their ids. */
  readonly runs: readonly BundledRun[]
  readonly documents: { readonly count: number; readonly bytes: number }
  /** Documents that were left out on purpose, in the order in which they would stand. */
  readonly omitted: readonly OmittedDocument[]
  /** Digest over all runs and documents, those left out too: equal roots mean equal runs. */
  readonly root: Digest
}

export interface BundledRun {
  readonly runId: RunId
  readonly headSeq: number
  /** Digest of the last event, which pins all before it. */
  readonly headDigest: Digest
  /** Bytes of the events. */
  readonly bytes: number
}

export interface OmittedDocument {
  readonly kind: BodyKind
  readonly id: ArtifactId
  readonly bytes: number
}

const count = z.int().nonnegative()

const manifestSchema: z.ZodType<BundleManifest> = z.strictObject({
  format: z.literal(BUNDLE_FORMAT),
  version: z.literal(BUNDLE_VERSION),
  digest: z.literal('sha256'),
  runs: z
    .array(
      z.strictObject({
        runId: runIdSchema,
        headSeq: z.int().positive(),
        headDigest: digestSchema,
        bytes: count,
      }),
    )
    .min(1)
    .refine(
      (runs) => runs.every(({ runId }, at) => at === 0 || (runs[at - 1]?.runId ?? '') < runId),
      {
        error: 'expected runs in ascending order, each once',
      },
    ),
  documents: z.strictObject({ count, bytes: count }),
  omitted: z.array(
    z.strictObject({ kind: z.enum(BODY_KINDS), id: artifactIdSchema, bytes: count }),
  ),
  root: digestSchema,
})

/** Every version of the format begins with a manifest that has these two. */
const anyVersionSchema = z.object({ format: z.literal(BUNDLE_FORMAT), version: z.int().positive() })

export function encodeManifest(manifest: BundleManifest): Uint8Array {
  return canonicalBytes(manifest)
}

/** @throws MfmError `bundle_invalid` with problem `manifest`; `bundle_version_unsupported` */
export function decodeManifest(bytes: Uint8Array): BundleManifest {
  try {
    const document = decodeJsonArtifact(artifactIdOf(bytes), bytes)
    const { version } = decode(anyVersionSchema, document, 'bundle_invalid', WHAT)
    if (version !== BUNDLE_VERSION) throw unsupported(version)
    return decode(manifestSchema, document, 'bundle_invalid', WHAT)
  } catch (cause) {
    if (!isMfmError(cause) || cause.code === 'bundle_version_unsupported') throw cause
    const { message, details } = cause
    throw invalidBundle('manifest', { message, details: details ?? {}, cause })
  }
}

const WHAT = { what: 'the manifest of the bundle' }

function unsupported(version: number): MfmError {
  return new MfmError('bundle_version_unsupported', {
    message: `the bundle is in version ${version} of the format; this release knows version ${BUNDLE_VERSION}`,
    details: { version, supported: [BUNDLE_VERSION] },
  })
}
