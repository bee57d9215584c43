import type { Stores } from '@mfm/core-types'
import { shellWord } from '../render/shell-word.ts'
import { interruptible } from '../stores/interruptible.ts'
import type { Access, StoreUrl } from '../stores/open-stores.ts'
import { openStores } from '../stores/open-stores.ts'
import type { Project } from '../workflows/project.ts'
import { findProject } from '../workflows/project.ts'
import type { Cli } from './cli.ts'
import type { CommonFlags } from './flags.ts'

const DEFAULT_STORE = 'sqlite:.mfm/runs.db'

export interface Settings {
  readonly project: Project
  readonly store: StoreUrl
  /** What a command that is proposed to the user must repeat to find the same store. */
  readonly storeOption: string
}

/**
 * Flag, else environment, else configuration, else default. A path in the configuration is relative to its folder,
 * any other to the working folder.
 */
export async function readSettings(cli: Cli, flags: CommonFlags): Promise<Settings> {
  const project = await findProject(cli.cwd)
  const given = flags.store ?? (cli.env['MFM_STORE'] || undefined)
  const configured = project.config.store
  const store =
    given === undefined && configured !== undefined
      ? { url: configured, base: project.root }
      : { url: given ?? DEFAULT_STORE, base: cli.cwd }
  const storeOption = flags.store === undefined ? '' : ` --store ${shellWord(flags.store)}`
  return { project, store, storeOption }
}

/** Opens the stores for as long as `use` runs. */
export async function withStores<T>(
  { store }: Settings,
  access: Access,
  use: (stores: Stores) => Promise<T>,
): Promise<T> {
  const stores = await openStores(store, access)
  try {
    return await use(access === 'read' ? interruptible(stores) : stores)
  } finally {
    await stores.close()
  }
}
