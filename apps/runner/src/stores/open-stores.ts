import type { Stores } from '@mfm/core-types'
import { hasCode, isErrorCode, isMfmError, MfmError } from '@mfm/errors'
import type { Access, OpenedPorts, Opening, Places, Port } from './backend.ts'
import { PORTS } from './backend.ts'
import type { FoundScheme } from './schemes.ts'
import { schemeFor } from './schemes.ts'
import { shownUrl } from './server-url.ts'

/** Ports that are named by one URL, and share what is opened for it. */
export interface Group extends FoundScheme {
  readonly ports: readonly Port[]
}

/** @throws MfmError `invalid_option` for a scheme that is not known, or cannot keep the port */
export function groupsOf(places: Places): readonly Group[] {
  const groups = new Map<string, Group>()
  for (const port of PORTS) {
    const found = schemeFor(port, places[port])
    const { url, base } = places[port]
    const key = JSON.stringify([url, base])
    groups.set(key, { ...found, ports: [...(groups.get(key)?.ports ?? []), port] })
  }
  return Array.from(groups.values())
}

/** What a backend is asked to open for a group. */
export function openingOf(
  { rest, ports }: Group,
  places: Places,
  access: Access,
  signal?: AbortSignal,
): Opening {
  const [first = 'events'] = ports
  return { ...places[first], rest, ports, access, signal }
}

/**
 * Opens the stores of a run, each port where its place says. `atomic` is there where one backend keeps all three.
 *
 * @throws MfmError `invalid_option` for a URL that is wrong; `store_unavailable`, `store_timeout`, `store_unsuitable`
 * where a store cannot be opened or, unless access is `create`, is not there
 */
export async function openStores(
  places: Places,
  access: Access,
  signal?: AbortSignal,
): Promise<Stores> {
  const groups = groupsOf(places)
  const results = await Promise.allSettled(
    groups.map(async (group) => {
      const backend = await group.scheme.load()
      try {
        return await backend.open(openingOf(group, places, access, signal))
      } catch (error) {
        throw groups.length === 1 ? error : tellingWhere(error, group, places)
      }
    }),
  )
  const opened = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const failures = results.flatMap((result) =>
    result.status === 'rejected' ? [{ reason: result.reason }] : [],
  )
  const [first] = failures
  if (first === undefined) return assemble(groups, opened)
  await closeAll(opened)
  // What can never work goes before what may only be down now.
  const wrong = failures.find(({ reason }) => hasCode(reason, 'invalid_option'))
  throw (wrong ?? first).reason
}

/** With several stores, an error has to say which of them it is about. */
function tellingWhere(error: unknown, { ports }: Group, places: Places): unknown {
  const [first = 'events'] = ports
  if (!isMfmError(error) || !isErrorCode(error.code)) return error
  const { code, message, details, help, cause } = error
  // What is wrong with a URL may be that a secret stands where none belongs.
  const where = code === 'invalid_option' ? '' : ` at ${shownUrl(places[first].url)}`
  return new MfmError(code, {
    message: `${ports.join(' and ')}${where}: ${message}`,
    details: { ...details, ports: [...ports] },
    help,
    cause,
  })
}

function assemble(groups: readonly Group[], opened: readonly OpenedPorts[]): Stores {
  const holderOf = (port: Port): OpenedPorts | undefined =>
    opened[groups.findIndex(({ ports }) => ports.includes(port))]
  const [events, artifacts, facts] = [
    holderOf('events')?.events,
    holderOf('artifacts')?.artifacts,
    holderOf('facts')?.facts,
  ]
  if (events === undefined || artifacts === undefined || facts === undefined) {
    throw new MfmError('internal_error', { message: 'a backend did not give what it keeps' })
  }
  const atomic = groups.length === 1 ? opened[0]?.atomic : undefined
  return { events, artifacts, facts, atomic, close: async () => await closeAll(opened) }
}

/** Closes all, and then says what went wrong first. */
async function closeAll(opened: readonly OpenedPorts[]): Promise<void> {
  const results = await Promise.allSettled(opened.map(async (ports) => await ports.close()))
  const failure = results.find((result) => result.status === 'rejected')
  if (failure !== undefined) throw failure.reason
}
