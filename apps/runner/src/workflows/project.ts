import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Config } from './config.ts'
import { CONFIG_FILE, parseConfig } from './config.ts'

/** The folder that workflows belong to, and what it configures. */
export interface Project {
  readonly root: string
  readonly config: Config
}

/**
 * The nearest folder upwards that holds `mfm.config.json`; else the nearest that is a git checkout; else the working
 * folder.
 *
 * @throws MfmError `invalid_option` where the configuration is malformed
 */
export async function findProject(cwd: string): Promise<Project> {
  const configured = nearest(cwd, CONFIG_FILE)
  if (configured === undefined) return { root: nearest(cwd, '.git') ?? cwd, config: {} }
  const file = join(configured, CONFIG_FILE)
  return { root: configured, config: parseConfig(await readFile(file), file) }
}

function nearest(from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, name))) return folder
    if (folder === dirname(folder)) return undefined
  }
}
