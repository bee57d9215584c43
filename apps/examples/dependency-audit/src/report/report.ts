import semver from 'semver'
import { z } from 'zod'
import type { Release } from '../registry/release.ts'
import { releaseSchema } from '../registry/release.ts'

/** One dependency in the report. */
export interface AuditRow extends Release {
  /** Whole days from the publication of the wanted version to the audit. */
  readonly ageDays: number | null
  /** Whether there is a later release than the wanted one. */
  readonly behind: boolean
}

export interface AuditReport {
  readonly rows: readonly AuditRow[]
  readonly counts: {
    readonly dependencies: number
    readonly behind: number
    readonly deprecated: number
    readonly problems: number
    /** Entries of the manifests that are not the registry's. */
    readonly elsewhere: number
  }
}

const count = z.int().nonnegative()

export const reportSchema: z.ZodType<AuditReport> = z.strictObject({
  rows: z.array(
    z.strictObject({
      ...releaseSchema.shape,
      ageDays: z.int().nullable(),
      behind: z.boolean(),
    }),
  ),
  counts: z.strictObject({
    dependencies: count,
    behind: count,
    deprecated: count,
    problems: count,
    elsewhere: count,
  }),
})

const DAY_MILLIS = 24 * 60 * 60 * 1000

export function reportOn(
  releases: readonly Release[],
  { elsewhere, nowMillis }: { readonly elsewhere: number; readonly nowMillis: number },
): AuditReport {
  const rows = releases.map((release) => ({
    ...release,
    ageDays: ageDays(release.publishedAt, nowMillis),
    behind: isBehind(release),
  }))
  return {
    rows,
    counts: {
      dependencies: rows.length,
      behind: rows.filter(({ behind }) => behind).length,
      deprecated: rows.filter(({ deprecated }) => deprecated !== null).length,
      problems: rows.filter(({ problem }) => problem !== null).length,
      elsewhere,
    },
  }
}

function ageDays(publishedAt: string | null, nowMillis: number): number | null {
  const published = publishedAt === null ? Number.NaN : Date.parse(publishedAt)
  return Number.isNaN(published) ? null : Math.floor((nowMillis - published) / DAY_MILLIS)
}

function isBehind({ wanted, latest }: Release): boolean {
  const [ours, newest] = [semver.parse(wanted), semver.parse(latest)]
  return ours !== null && newest !== null && semver.lt(ours, newest)
}
