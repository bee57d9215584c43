import type { Stores } from '@mfm/core-types'
import { shellWord } from '../render/shell-word.ts'
import type { Access, Place, Places, Port } from '../stores/backend.ts'
import { interruptible } from '../stores/interruptible.ts'
import { openStores } from '../stores/open-stores.ts'
import { shownUrl } from '../stores/server-url.ts'
import type { Project } from '../workflows/project.ts'
import { findProject } from '../workflows/project.ts'
import type { Cli } from './cli.ts'
import type { CommonFlags } from './flags.ts'

const DEFAULT_STORE = 'sqlite:.mfm/runs.db'
const STORE_OPTIONS = ['store', 'events', 'artifacts', 'facts'] as const

export interface Settings {
  readonly project: Project
  readonly places: Places
  /** What a command that is proposed to the user must repeat to find the same stores, passwords left out. */
  readonly storeOptions: string
  /** Whether another command can find what this one leaves. */
  readonly isKept: boolean
}

/**
 * Flag, else environment, else configuration, else default; in each of them what names the port goes before what names
 * the store. A path in the configuration is relative to its folder, any other to the working folder.
 */
export async function readSettings(cli: Cli, flags: CommonFlags): Promise<Settings> {
  const project = await findProject(cli.cwd)
  const places: Places = {
    events: placeOf('events', cli, flags, project),
    artifacts: placeOf('artifacts', cli, flags, project),
    facts: placeOf('facts', cli, flags, project),
  }
  const { events, artifacts } = places
  const isKept = [events, artifacts].every(({ url }) => !url.startsWith('memory:'))
  return { project, places, storeOptions: optionsOf(flags), isKept }
}

function placeOf(port: Port, { env, cwd }: Cli, flags: CommonFlags, project: Project): Place {
  const { config, root } = project
  const given = (value: string | undefined): string | undefined => value || undefined
  const candidates: readonly (Omit<Place, 'url'> & { readonly url: string | undefined })[] = [
    { url: flags[port], base: cwd, option: port },
    { url: flags.store, base: cwd, option: 'store' },
    { url: given(env[`MFM_${port.toUpperCase()}`]), base: cwd, option: port },
    { url: given(env['MFM_STORE']), base: cwd, option: 'store' },
    { url: config[port], base: root, option: port },
    { url: config.store, base: root, option: 'store' },
  ]
  const found = candidates.find(({ url }) => url !== undefined)
  return { base: cwd, option: 'store', ...found, url: found?.url ?? DEFAULT_STORE }
}

function optionsOf(flags: CommonFlags): string {
  return STORE_OPTIONS.map((option) => {
    const url = flags[option]
    return url === undefined ? '' : ` --${option} ${shellWord(shownUrl(url))}`
  }).join('')
}

/** Opens the stores for as long as `use` runs. */
export async function withStores<T>(
  cli: Cli,
  { places }: Settings,
  access: Access,
  use: (stores: Stores) => Promise<T>,
): Promise<T> {
  const stores = await openStores(places, access, cli.stop.signal)
  try {
    return await use(access === 'read' ? interruptible(stores) : stores)
  } finally {
    await stores.close()
  }
}
