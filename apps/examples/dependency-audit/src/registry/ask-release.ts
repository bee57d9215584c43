import type { Io } from '@mfm/workflow'
import semver from 'semver'
import { z } from 'zod'
import type { Wanted } from '../project/specifier.ts'
import { catalogOf } from '../project/specifier.ts'
import type { Release } from './release.ts'

/** What the audit reads of the registry's document on a package. Registries differ, so all of it may be missing. */
const documentSchema = z.object({
  'dist-tags': z.record(z.string(), z.string()).catch({}).default({}),
  time: z.record(z.string(), z.string()).catch({}).default({}),
  versions: z.record(z.string(), z.record(z.string(), z.unknown())).catch({}).default({}),
})

type Document = z.infer<typeof documentSchema>

const legacyLicence = z.object({ type: z.string() })

/** How many answers {@link askRelease} needs for a dependency. */
export function questionsFor({ range }: Wanted): number {
  if (catalogOf(range) !== undefined) return 0
  return semver.valid(range) === null ? 2 : 1
}

/**
 * Asks the registry about one dependency. A pinned version takes one question. A range takes two: which versions there
 * are, and then about the one that is wanted; so of the hundreds of versions of a package no more than their numbers
 * is recorded.
 *
 * @throws what `io.fetch` throws: an answer that says no is a release with a problem
 */
export async function askRelease(io: Pick<Io, 'fetch'>, dependency: Wanted): Promise<Release> {
  const { name, range } = dependency
  if (catalogOf(range) !== undefined) return nothingKnown(dependency, 'not in the catalog')
  const pinned = semver.valid(range)
  if (pinned !== null) return await askVersion(io, dependency, pinned)
  const versions = await ask(io, name, ['/dist-tags', '/versions/*/version'])
  if (typeof versions === 'string') return nothingKnown(dependency, versions)
  const wanted = versions['dist-tags'][range] ?? highest(versions, range)
  if (wanted !== null) return await askVersion(io, dependency, wanted)
  const latest = versions['dist-tags']['latest'] ?? null
  return { ...nothingKnown(dependency, `no version is ${range}`), latest }
}

function highest({ versions }: Document, range: string): string | null {
  return semver.maxSatisfying(Object.keys(versions), range)
}

async function askVersion(
  io: Pick<Io, 'fetch'>,
  dependency: Wanted,
  version: string,
): Promise<Release> {
  const document = await ask(io, dependency.name, [
    '/dist-tags/latest',
    `/time/${version}`,
    ...['version', 'license', 'licenses/*/type', 'deprecated'].map(
      (member) => `/versions/${version}/${member}`,
    ),
  ])
  if (typeof document === 'string') return nothingKnown(dependency, document)
  const latest = document['dist-tags']['latest'] ?? null
  const manifest = document.versions[version]
  if (manifest === undefined)
    return { ...nothingKnown(dependency, `no version is ${version}`), latest }
  const { deprecated } = manifest
  return {
    ...nothingKnown(dependency, null),
    wanted: version,
    latest,
    publishedAt: document.time[version] ?? null,
    deprecated: typeof deprecated === 'string' && deprecated !== '' ? deprecated : null,
    licence: licenceOf(manifest),
  }
}

/** The selected part of a package's document, or why there is none. */
async function ask(
  io: Pick<Io, 'fetch'>,
  name: string,
  select: readonly string[],
): Promise<Document | string> {
  const path = `/${name.replaceAll('/', '%2f')}`
  const response = await io.fetch({ endpoint: 'registry', path }, { select })
  if (response.status === 404) return 'not found'
  if (!response.ok) return `refused with status ${response.status}`
  const document = documentSchema.safeParse(await response.json())
  return document.success ? document.data : 'answered with something else'
}

function licenceOf(manifest: Readonly<Record<string, unknown>>): string | null {
  const { license, licenses } = manifest
  const names = [license, ...(Array.isArray(licenses) ? licenses : [])].flatMap((licence) => {
    if (typeof licence === 'string') return [licence]
    const legacy = legacyLicence.safeParse(licence)
    return legacy.success ? [legacy.data.type] : []
  })
  return names.length === 0 ? null : names.join(' OR ')
}

/** A release of which no more than the problem is known. */
export function nothingKnown({ name, range }: Wanted, problem: string | null): Release {
  return {
    name,
    range,
    wanted: null,
    latest: null,
    publishedAt: null,
    deprecated: null,
    licence: null,
    problem,
  }
}
