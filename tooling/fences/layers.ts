// Which package may import which: the layer table of the architecture, as data.

/** Folder name of a package to its layer. A package that is not here fails the check. */
const LAYERS: ReadonlyMap<string, number> = new Map([
  ['core-types', 0],
  ['errors', 1],
  ['canonical-json', 1],
  ['secrets', 2],
  ['facts', 2],
  ['adapter-kit', 2],
  ['store-memory', 2],
  ['store-sqlite', 2],
  ['store-fs', 2],
  ['store-s3', 2],
  ['store-postgres', 2],
  ['index-redis', 2],
  ['store-nats', 2],
  ['ambient', 3],
  ['io-live', 3],
  ['io-replay', 3],
  ['transport-http', 3],
  ['transport-exec', 3],
  ['conformance', 3],
  ['engine', 4],
  ['bundle', 4],
  ['workflow', 5],
  ['testing', 5],
])

/** Imports between neighbours: JSON reports by error classes, a fact's request is redacted, a golden test runs a workflow. */
const NEIGHBOURS: ReadonlyMap<string, string> = new Map([
  ['canonical-json', 'errors'],
  ['facts', 'secrets'],
  ['testing', 'workflow'],
])

/** Who speaks the request format of a transport: `io.fetch` is `fetchThrough`. Choosing the transport stays with the apps. */
const SPEAKERS: ReadonlyMap<string, string> = new Map([['workflow', 'transport-http']])

const TEST_KITS: ReadonlySet<string> = new Set(['conformance', 'services', 'testing'])
const PUBLISHED_TO_ADAPTERS: ReadonlySet<string> = new Set([
  'core-types',
  'errors',
  'canonical-json',
  'adapter-kit',
])

const APP_LAYER = 6

export interface PackagePlace {
  /** Name without the scope. */
  readonly name: string
  /** Folder from the root, such as `packages/engine`. */
  readonly folder: string
}

export const isAdapter = (name: string): boolean => /^(store|index|transport)-/.test(name)
export const isTestKit = (name: string): boolean => TEST_KITS.has(name)
export const isAppOrTooling = ({ folder }: PackagePlace): boolean => !folder.startsWith('packages/')

export const layerOf = (place: PackagePlace): number | undefined =>
  isAppOrTooling(place) ? APP_LAYER : LAYERS.get(place.name)

/** Why `importer` may not import `imported` in its sources, or undefined when it may. */
export const refusal = (importer: PackagePlace, imported: PackagePlace): string | undefined => {
  const from = layerOf(importer)
  const to = layerOf(imported)
  if (from === undefined) return `${importer.name} has no layer: add it to tooling/fences/layers.ts`
  if (to === undefined) return `${imported.name} has no layer: add it to tooling/fences/layers.ts`
  if (from === APP_LAYER || importer.name === imported.name) return undefined
  if (isAdapter(importer.name)) return adapterRefusal(importer.name, imported.name)
  if (NEIGHBOURS.get(importer.name) === imported.name) return undefined
  if (to >= from) return `layer ${from} imports only lower layers; ${imported.name} is layer ${to}`
  if (SPEAKERS.get(importer.name) === imported.name) return undefined
  if (isAdapter(imported.name) && !isTestKit(importer.name)) {
    return `${imported.name} is an adapter; only apps, tooling and test kits choose adapters`
  }
  return undefined
}

/** A test may use whatever is not above its package, and the kits that test it. */
export const testRefusal = (importer: PackagePlace, imported: PackagePlace): string | undefined => {
  const from = layerOf(importer)
  const to = layerOf(imported)
  if (from === undefined || to === undefined) return refusal(importer, imported)
  if (isTestKit(imported.name)) return undefined
  return to > from
    ? `a test of layer ${from} cannot use ${imported.name} of layer ${to}`
    : undefined
}

const adapterRefusal = (importer: string, imported: string): string | undefined => {
  if (PUBLISHED_TO_ADAPTERS.has(imported)) return undefined
  if (importer.startsWith('transport-') && imported === 'secrets') return undefined
  return 'an adapter imports only what every outside adapter can: core-types, errors, canonical-json, adapter-kit'
}
