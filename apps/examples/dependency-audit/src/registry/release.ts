import { z } from 'zod'

/** What the registry says of one dependency. A member is `null` where the registry does not say it. */
export interface Release {
  readonly name: string
  readonly range: string
  /** The highest version that satisfies the range. */
  readonly wanted: string | null
  readonly latest: string | null
  /** When the wanted version was published, as the registry writes it (ISO 8601). */
  readonly publishedAt: string | null
  /** Why the wanted version should not be used any more. */
  readonly deprecated: string | null
  readonly licence: string | null
  /** Why there is nothing to say of the dependency, or not all. */
  readonly problem: string | null
}

const known = z.string().nullable()

export const releaseSchema = z.strictObject({
  name: z.string(),
  range: z.string(),
  wanted: known,
  latest: known,
  publishedAt: known,
  deprecated: known,
  licence: known,
  problem: known,
}) satisfies z.ZodType<Release>
