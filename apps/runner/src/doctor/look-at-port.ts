import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StoreDescription } from '@mfm/core-types'
import type { MfmError } from '@mfm/errors'
import { ERROR_CATALOGUE, isMfmError } from '@mfm/errors'
import type { PortReport } from '../output-schemas/doctor-document.ts'
import type { Backend, OpenedPorts, Opening, Places, Port } from '../stores/backend.ts'
import type { Group } from '../stores/open-stores.ts'
import { openingOf } from '../stores/open-stores.ts'
import { shownUrl } from '../stores/server-url.ts'
import type { AdapterRecord } from './conformance-levels.ts'
import { conformanceOf } from './conformance-levels.ts'
import { statementsOf } from './statements.ts'

/** What one opening of a backend showed. */
type Look = Pick<PortReport, 'state' | 'error'> & {
  /** Absent where it could not be opened. */
  readonly descriptions?: Partial<Readonly<Record<Port, StoreDescription>>>
  readonly isAtomic: boolean
}

export interface GroupReport {
  readonly ports: readonly PortReport[]
  readonly isAtomic: boolean
}

/** Looks at a backend, without changing what is there. A schema that PostgreSQL does not have yet is made. */
export async function lookAtGroup(
  group: Group,
  places: Places,
  records: readonly AdapterRecord[],
  signal: AbortSignal,
): Promise<GroupReport> {
  const backend = await group.scheme.load()
  const { adapter } = backend
  const version = await versionOf(adapter)
  const { state, error, descriptions, isAtomic } = await look(
    backend,
    openingOf(group, places, 'read', signal),
  )
  const ports = group.ports.map((port): PortReport => {
    const description = descriptions?.[port]
    return {
      port,
      url: shownUrl(places[port].url),
      adapter: { name: adapter, version },
      product: description?.product ?? null,
      state,
      error,
      durability: description?.durability ?? null,
      capabilities: description?.capabilities ?? [],
      conformance: conformanceOf(records, adapter, port),
      ...statementsOf(adapter, port),
    }
  })
  return { ports, isAtomic }
}

async function look(backend: Backend, opening: Opening): Promise<Look> {
  try {
    if (backend.isAbsent?.(opening)) return await lookAtNew(backend, opening)
    // Of what is never absent there is nothing that would be made: a server is there or not, and memory is always new.
    const access = backend.isAbsent === undefined ? 'create' : opening.access
    return await describe('ready', await backend.open({ ...opening, access }))
  } catch (error) {
    if (!isMfmError(error) || isMistyped(error)) throw error
    return failed(error)
  }
}

/** What the first run would make, made elsewhere and removed. */
async function lookAtNew(backend: Backend, opening: Opening): Promise<Look> {
  const base = await mkdtemp(join(tmpdir(), 'mfm-doctor-'))
  try {
    const elsewhere: Opening = { ...opening, base, rest: 'new', access: 'create' }
    return await describe('absent', await backend.open(elsewhere))
  } finally {
    await rm(base, { recursive: true, force: true })
  }
}

async function describe(state: Look['state'], opened: OpenedPorts): Promise<Look> {
  const { events, artifacts, facts, atomic } = opened
  try {
    const descriptions = {
      ...(events && { events: events.description }),
      ...(artifacts && { artifacts: artifacts.description }),
      ...(facts && { facts: facts.description }),
    }
    return { state, error: null, descriptions, isAtomic: atomic !== undefined }
  } finally {
    await opened.close()
  }
}

const HELP_BY_CODE = new Map(Object.entries(ERROR_CATALOGUE))

function failed({ code, kind, message, help: given }: MfmError): Look {
  // The catalogue's own words are for every error of the kind, and say nothing of this one.
  const help = given === HELP_BY_CODE.get(code)?.help ? undefined : given
  const isAway = kind === 'unavailable' || kind === 'timeout'
  const state = isAway ? 'unreachable' : 'refused'
  return { state, error: { code, message, help: help ?? null }, isAtomic: false }
}

/** A URL that says nothing is no configuration to be looked at. */
function isMistyped({ code, details }: MfmError): boolean {
  return code === 'invalid_option' && details?.['option'] !== undefined
}

async function versionOf(adapter: string): Promise<string> {
  const manifest = new URL(import.meta.resolve(`@mfm/${adapter}/package.json`))
  const { version }: { version: string } = JSON.parse(await readFile(manifest, 'utf8'))
  return version
}
