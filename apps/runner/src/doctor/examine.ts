import type { Durability } from '@mfm/core-types'
import type { DoctorDocument, PortReport } from '../output-schemas/doctor-document.ts'
import type { Places } from '../stores/backend.ts'
import { PORTS } from '../stores/backend.ts'
import { groupsOf } from '../stores/open-stores.ts'
import { readConformance } from './conformance-levels.ts'
import { lookAtGroup } from './look-at-port.ts'
import { statementsTogether } from './statements.ts'

type Change = DoctorDocument['changes'][number]

/**
 * Looks at the stores of a configuration.
 *
 * @throws MfmError `invalid_option` for a URL whose scheme is not known or cannot keep its port
 */
export async function examine(places: Places, signal: AbortSignal): Promise<DoctorDocument> {
  const groups = groupsOf(places)
  const records = await readConformance()
  const reports = await Promise.all(
    groups.map(async (group) => await lookAtGroup(group, places, records, signal)),
  )
  const found = reports.flatMap((report) => report.ports)
  const ports = PORTS.flatMap((name) => found.filter(({ port }) => port === name))
  const changes = changesFor(ports)
  const isAtomic = groups.length === 1 && reports.every((report) => report.isAtomic)
  return {
    verdict: verdictOn(ports, changes),
    ports,
    together: { atomic: isAtomic, ...statementsTogether(isAtomic) },
    changes,
  }
}

function verdictOn(
  ports: readonly PortReport[],
  changes: readonly Change[],
): DoctorDocument['verdict'] {
  if (ports.some(({ state }) => state === 'unreachable')) return 'unreachable'
  return changes.length === 0 ? 'fine' : 'change'
}

/** What must be changed for runs to be safe there. */
export function changesFor(ports: readonly PortReport[]): readonly Change[] {
  return [...ports.flatMap(changeOfError), ...ports.flatMap(changeOfSync), ...outlived(ports)]
}

function changeOfError({ port, state, error }: PortReport): readonly Change[] {
  if (state !== 'refused' || error === null) return []
  return [{ port, change: error.help ?? error.message }]
}

/** What makes a store of this kind sync, or do without. */
const SYNC_SETTINGS: ReadonlyMap<string, string> = new Map([
  ['store-postgres', 'Set fsync to on in postgresql.conf'],
  ['store-nats', 'Keep the streams on three servers (?replicas=3 when they are made)'],
])

/** Facts may be lost: the stream has them. */
function changeOfSync({ port, adapter, durability }: PortReport): readonly Change[] {
  if (port === 'facts' || durability !== 'process') return []
  const setting = SYNC_SETTINGS.get(adapter.name) ?? 'Sync'
  return [{ port, change: `${setting}: a power cut loses what was acknowledged.` }]
}

const STRENGTH: Readonly<Record<Durability, number>> = {
  none: 0,
  process: 1,
  disk: 2,
  replicated: 3,
}

/** Events that name documents which are gone cannot be replayed. */
function outlived(ports: readonly PortReport[]): readonly Change[] {
  const durabilityOf = (name: PortReport['port']): Durability | null =>
    ports.find(({ port }) => port === name)?.durability ?? null
  const [events, artifacts] = [durabilityOf('events'), durabilityOf('artifacts')]
  if (events === null || artifacts === null) return []
  if (STRENGTH[artifacts] >= Math.min(STRENGTH[events], STRENGTH.disk)) return []
  const change = `Keep artifacts as safe as events: events survive ${lossOf(artifacts)}, and the documents that they name do not.`
  return [{ port: 'artifacts', change }]
}

function lossOf(durability: Durability): string {
  return durability === 'none' ? 'the end of the process' : 'a power cut'
}
