import semver from 'semver'

/** What a manifest asks of the registry: a package, and which of its versions. */
export interface Wanted {
  readonly name: string
  /** A semver range or a distribution tag. */
  readonly range: string
}

const TAG = /^[a-z][\w.-]*$/i
const PROTOCOL = /^([a-z][a-z0-9+]*):/i
const ALIAS = /^npm:(@?[^@]+)(?:@(.*))?$/

/**
 * A specifier as it may be recorded. Addresses and paths can hold hosts, credentials and folders of one machine, and
 * the audit has no use for them: only the protocol is kept.
 */
export function recordable(specifier: string): string {
  const text = specifier.trim()
  const protocol = PROTOCOL.exec(text)?.[1]?.toLowerCase()
  if (protocol === 'npm' || protocol === 'catalog') return text
  if (protocol !== undefined) return `${protocol}:`
  if (text === '' || semver.validRange(text) !== null || TAG.test(text)) return text
  // `owner/repository`, `git@server:path`, `./folder`, and whatever else package managers have come to take.
  return 'other:'
}

/** The catalog that a specifier names; `undefined` for any other specifier. */
export function catalogOf(specifier: string): string | undefined {
  if (!specifier.startsWith('catalog:')) return undefined
  return specifier.slice('catalog:'.length) || 'default'
}

/** What is asked of the registry; `undefined` for what comes from elsewhere. */
export function wantedOf(name: string, specifier: string): Wanted | undefined {
  const [, alias, range = ''] = ALIAS.exec(specifier) ?? []
  if (alias !== undefined) return { name: alias, range: range || '*' }
  return PROTOCOL.test(specifier) ? undefined : { name, range: specifier || '*' }
}
