import { fail } from '@mfm/workflow'

/** What a `pnpm-workspace.yaml` says of packages and their dependencies. */
export interface WorkspaceFile {
  /** Patterns of the folders that hold packages; one that begins with `!` excludes. */
  readonly packages: readonly string[]
  readonly catalogs: readonly CatalogEntry[]
}

export interface CatalogEntry {
  /** `default` for the one without a name. */
  readonly catalog: string
  readonly name: string
  readonly specifier: string
}

interface Line {
  readonly number: number
  readonly indent: number
  readonly text: string
}

/** A line and those that are indented below it. */
interface Block {
  readonly heading: Line
  readonly body: readonly Line[]
}

const SECTION = /^(packages|catalogs?):\s*(.*)$/
const QUOTED = /^(?:'((?:[^']|'')*)'|"([^"\\]*)")\s*(.*)$/
const MEMBER = /^(?:'([^']+)'|"([^"\\]+)"|([^\s'":#][^:#]*?))\s*:(?:\s+(.*))?$/
/** What begins a value that is no plain text. */
const INDICATOR = /^[[\]{}>|*&!%@`?,]/

/**
 * Reads `packages`, `catalog` and `catalogs` in the form in which pnpm writes them: block lists and block maps of
 * plain or quoted text. Other sections are passed over.
 *
 * @throws MfmError `workspace_file_unsupported` where one of the three has another form, with the line
 */
export function parseWorkspaceFile(content: string): WorkspaceFile {
  const packages: string[] = []
  const catalogs: CatalogEntry[] = []
  for (const { heading, body } of blocksOf(linesOf(content))) {
    const [, section, value = ''] = SECTION.exec(heading.text) ?? []
    if (section === undefined) continue
    if (!isNothing(value)) refuse(heading)
    if (section === 'packages') packages.push(...body.map(itemOf))
    else if (section === 'catalog') catalogs.push(...entriesOf('default', body))
    else catalogs.push(...blocksOf(body).flatMap(namedCatalog))
  }
  return { packages, catalogs }
}

function linesOf(content: string): readonly Line[] {
  return content.split(/\r?\n/).flatMap((raw, index) => {
    const text = raw.trim()
    if (isNothing(text) || text === '---') return []
    return [{ number: index + 1, indent: raw.search(/\S/), text }]
  })
}

/** Items of a list may stand as far left as the heading of the list. */
function blocksOf(lines: readonly Line[]): readonly Block[] {
  const [first] = lines
  const blocks: { heading: Line; body: Line[] }[] = []
  for (const line of lines) {
    const isHeading = line.indent <= (first?.indent ?? 0) && !line.text.startsWith('- ')
    const last = blocks.at(-1)
    if (isHeading || last === undefined) blocks.push({ heading: line, body: [] })
    else last.body.push(line)
  }
  return blocks
}

function namedCatalog({ heading, body }: Block): readonly CatalogEntry[] {
  const { name, value } = memberOf(heading)
  if (value !== '') refuse(heading)
  return entriesOf(name, body)
}

function entriesOf(catalog: string, lines: readonly Line[]): readonly CatalogEntry[] {
  return lines.map((line) => {
    const { name, value } = memberOf(line)
    if (value === '' || line.indent !== lines[0]?.indent) refuse(line)
    return { catalog, name, specifier: value }
  })
}

function itemOf(line: Line): string {
  const value = line.text.startsWith('- ') ? scalarOf(line, line.text.slice(2).trim()) : ''
  if (value === '') refuse(line)
  return value
}

function memberOf(line: Line): { readonly name: string; readonly value: string } {
  const [, single, double, plain, value = ''] = MEMBER.exec(line.text) ?? []
  const name = single ?? double ?? plain
  if (name === undefined || INDICATOR.test(line.text)) refuse(line)
  return { name, value: scalarOf(line, value) }
}

function scalarOf(line: Line, text: string): string {
  const [, single, double, rest = ''] = QUOTED.exec(text) ?? []
  const quoted = single?.replaceAll("''", "'") ?? double
  if (quoted !== undefined && isNothing(rest)) return quoted
  if (quoted !== undefined || /^['"]/.test(text) || INDICATOR.test(text)) refuse(line)
  return text.replace(/(^|\s+)#.*$/, '')
}

function isNothing(text: string): boolean {
  return text === '' || text.startsWith('#')
}

function refuse({ number }: Line): never {
  fail('workspace_file_unsupported', {
    message: `pnpm-workspace.yaml, line ${number}: only block lists and maps of plain or quoted text are read`,
  })
}
