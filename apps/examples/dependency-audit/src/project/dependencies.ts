import type { Project } from './read-project.ts'
import type { Wanted } from './specifier.ts'
import { catalogOf, wantedOf } from './specifier.ts'

export interface Dependencies {
  /** Each once, by name and then by range. The range of one that its catalog does not name stays `catalog:`. */
  readonly wanted: readonly Wanted[]
  /** How many entries are not the registry's: of the workspace, a folder, a repository. */
  readonly elsewhere: number
}

/** What the manifests of a project ask of the registry. */
export function dependenciesOf({ manifests, catalogs }: Project): Dependencies {
  const pins = new Map(
    catalogs.map(({ catalog, name, specifier }) => [pairKey(catalog, name), specifier]),
  )
  const wanted = new Map<string, Wanted>()
  let elsewhere = 0
  for (const { name, specifier } of manifests.flatMap(({ dependencies }) => dependencies)) {
    const catalog = catalogOf(specifier)
    const pin = catalog === undefined ? specifier : pins.get(pairKey(catalog, name))
    const one = pin === undefined ? { name, range: specifier } : wantedOf(name, pin)
    if (one === undefined) elsewhere += 1
    else wanted.set(pairKey(one.name, one.range), one)
  }
  const sorted = [...wanted.values()].sort(
    (a, b) => compare(a.name, b.name) || compare(a.range, b.range),
  )
  return { wanted: sorted, elsewhere }
}

function pairKey(...pair: readonly [string, string]): string {
  return JSON.stringify(pair)
}

/** By code units, as every machine does it. */
function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
