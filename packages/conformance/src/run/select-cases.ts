import type { Durability } from '@mfm/core-types'
import type { ConformanceCase, Need, Subject } from '../case.ts'
import type { Backdoor, Harness, Port } from '../harness.ts'
import { Scopes } from './scopes.ts'
import type { SuiteOptions } from './suite-options.ts'

/** The cases of the suite, sorted by what this harness can do with them. */
export interface CaseSelection {
  readonly exercised: readonly ConformanceCase[]
  readonly notExercised: readonly {
    readonly case: ConformanceCase
    readonly missing: readonly Need[]
  }[]
  /** Of a port, a capability or a server that the adapter does not have. */
  readonly notApplicable: readonly ConformanceCase[]
  /** What each port says of itself. */
  readonly durability: Durabilities
}

export type Durabilities = Partial<Readonly<Record<Port, Durability>>>

interface FirstLook {
  /** What the adapter has beyond its ports. */
  readonly abilities: ReadonlySet<Need>
  readonly durability: Durabilities
}

/** Opens a scope once, looks at what the adapter declares, and sorts the cases that the options ask for. */
export async function selectCases(
  harness: Harness,
  allCases: readonly ConformanceCase[],
  options: SuiteOptions = {},
): Promise<CaseSelection> {
  const { abilities, durability } = await look(harness)
  const cases = allCases.filter((one) => isAsked(one, options))
  const applicable = cases.filter((one) => applies(one, harness, abilities))
  const judged = applicable.map((one) => ({ case: one, missing: missingFor(one, harness) }))
  return {
    exercised: judged.filter(({ missing }) => missing.length === 0).map((one) => one.case),
    notExercised: judged.filter(({ missing }) => missing.length > 0),
    notApplicable: cases.filter((one) => !applicable.includes(one)),
    durability,
  }
}

function isAsked(
  { id, level, subject }: ConformanceCase,
  { level: highest = 3, ports, cases }: SuiteOptions,
): boolean {
  const isOfPort = ports === undefined || ports.some((port) => concerns(subject, port))
  return isOfPort && level <= highest && (cases === undefined || cases.includes(id))
}

/** Whether what is about this subject says something of the port. */
export function concerns(subject: Subject, port: Port): boolean {
  return subject === port || subject === 'any' || subject === 'all'
}

async function look(harness: Harness): Promise<FirstLook> {
  const scopes = new Scopes(harness, 'look', 'any')
  try {
    const stores = await scopes.open(scopes.first, {})
    const ports = harness.ports.flatMap((port) => {
      const description = stores[port]?.description
      return description === undefined ? [] : [[port, description] as const]
    })
    const capabilities = ports.flatMap(
      ([, description]): readonly Need[] => description.capabilities,
    )
    const durability = ports.map(([port, description]) => [port, description.durability])
    return {
      abilities: new Set([
        ...capabilities,
        ...(stores.atomic === undefined ? [] : ['recordAtomically' as const]),
      ]),
      durability: Object.fromEntries(durability),
    }
  } finally {
    await scopes.release()
  }
}

const CAPABILITIES: ReadonlySet<Need> = new Set<Need>([
  'getMany',
  'putMany',
  'watch',
  'erase',
  'list',
  'recordAtomically',
])

/** What only an adapter of a server can be asked for. */
const OF_SERVERS: ReadonlySet<Need> = new Set<Need>([
  'proxy',
  'restart',
  'credentials',
  'backdoor.connections',
])

function applies(
  { subject, needs = [] }: ConformanceCase,
  { ports, isEmbedded = false }: Harness,
  abilities: FirstLook['abilities'],
): boolean {
  if (subject === 'all' && !(ports.length === 3 && abilities.has('recordAtomically'))) return false
  if (subject !== 'all' && subject !== 'any' && !ports.includes(subject)) return false
  if (isEmbedded && needs.some((need) => OF_SERVERS.has(need))) return false
  return needs.every((need) => !CAPABILITIES.has(need) || abilities.has(need))
}

function missingFor({ needs = [] }: ConformanceCase, harness: Harness): readonly Need[] {
  return needs.filter((need) => !CAPABILITIES.has(need) && !meets(harness, need))
}

function meets(harness: Harness, need: Need): boolean {
  switch (need) {
    case 'shared':
      return harness.isShared
    case 'processes':
      return harness.isShared && harness.module !== undefined
    case 'proxy':
      return harness.server !== undefined
    case 'restart':
      return harness.restartServer !== undefined
    case 'credentials':
      return harness.openWithCredentials !== undefined
    case 'wrongOptions':
      return harness.wrongOptions !== undefined
    default: {
      const part = need.replace('backdoor.', '') as keyof Backdoor // the only needs that are left
      return harness.backdoor?.[part] !== undefined
    }
  }
}
