import { z } from 'zod'
import type { ArtifactId } from './ids.ts'
import { artifactIdSchema, isArtifactId } from './ids.ts'
import type { JsonObject } from './json.ts'
import { jsonObjectSchema } from './json-schema.ts'

/** One node of a context snapshot as it is stored: a Merkle trie over the context keys. */
export type SnapshotDocument = SnapshotLeaf | SnapshotBranch

export interface SnapshotLeaf {
  readonly v: 1
  readonly type: 'leaf'
  /** Context key → its value. */
  readonly values: JsonObject
  /** Context key → the address of its value, where that is large. */
  readonly large: Readonly<Record<string, ArtifactId>>
}

export interface SnapshotBranch {
  readonly v: 1
  readonly type: 'branch'
  /** Characters of all entries below. */
  readonly size: number
  /** Hex digit of SHA-256(key) → the address of the node below. */
  readonly children: Readonly<Record<string, ArtifactId>>
}

const addressesSchema = z.custom<Readonly<Record<string, ArtifactId>>>(
  (value) =>
    jsonObjectSchema.safeParse(value).success && Object.values(Object(value)).every(isArtifactId),
)

export const snapshotDocumentSchema: z.ZodType<SnapshotDocument> = z.discriminatedUnion('type', [
  z.strictObject({
    v: z.literal(1),
    type: z.literal('leaf'),
    // Not z.record, which loses a member named __proto__.
    values: jsonObjectSchema,
    large: addressesSchema,
  }),
  z.strictObject({
    v: z.literal(1),
    type: z.literal('branch'),
    size: z.int().nonnegative(),
    children: z.record(z.string().regex(/^[0-9a-f]$/), artifactIdSchema),
  }),
])
