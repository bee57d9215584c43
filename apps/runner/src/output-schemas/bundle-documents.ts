import type {
  BundleManifest,
  BundleSecret,
  ImportedRun,
  MissingDocument,
  SecretReport,
} from '@mfm/bundle'
import { BODY_KINDS, DOCUMENT_KINDS } from '@mfm/bundle'
import { artifactIdSchema, digestSchema, runIdSchema } from '@mfm/core-types'
import { SECRET_RULES } from '@mfm/secrets'
import { z } from 'zod'

/** What `mfm export` writes, unless the bundle itself goes to standard output. */
export interface ExportDocument {
  readonly file: string
  /** Of the file. */
  readonly bytes: number
  readonly manifest: BundleManifest
  /** What looks like a secret and was exported all the same. */
  readonly secrets: SecretReport
}

/** What `mfm import` writes. */
export interface ImportDocument {
  readonly runs: readonly ImportedRun[]
  readonly documents: BundleManifest['documents']
  readonly root: BundleManifest['root']
  /** Documents that the bundle leaves out and the store does not have. */
  readonly missing: readonly MissingDocument[]
}

/** What `mfm scan` writes. */
export type ScanDocument = SecretReport

const count = z.int().nonnegative()
const kind = z.enum(BODY_KINDS)

const secretSchema: z.ZodType<BundleSecret> = z.object({
  runId: runIdSchema,
  seq: count.nullable(),
  document: z.object({ kind: z.enum(DOCUMENT_KINDS), id: artifactIdSchema }).nullable(),
  pointer: z.string(),
  rule: z.enum(SECRET_RULES),
})

export const scanDocumentSchema: z.ZodType<ScanDocument> = z.object({
  hits: z.array(secretSchema).readonly(),
  total: count,
})

const documentsSchema = z.object({ count, bytes: count })

const manifestSchema: z.ZodType<BundleManifest> = z.object({
  format: z.literal('mfm-run-bundle'),
  version: z.literal(1),
  digest: z.literal('sha256'),
  runs: z
    .array(z.object({ runId: runIdSchema, headSeq: count, headDigest: digestSchema, bytes: count }))
    .readonly(),
  documents: documentsSchema,
  omitted: z.array(z.object({ kind, id: artifactIdSchema, bytes: count })).readonly(),
  root: digestSchema,
})

export const exportDocumentSchema: z.ZodType<ExportDocument> = z.object({
  file: z.string(),
  bytes: count,
  manifest: manifestSchema,
  secrets: scanDocumentSchema,
})

export const importDocumentSchema: z.ZodType<ImportDocument> = z.object({
  runs: z
    .array(
      z.object({
        runId: runIdSchema,
        status: z.enum(['imported', 'completed', 'present', 'ahead']),
        headSeq: count,
      }),
    )
    .readonly(),
  documents: documentsSchema,
  root: digestSchema,
  missing: z
    .array(z.object({ runId: runIdSchema, kind, id: artifactIdSchema, bytes: count }))
    .readonly(),
})
