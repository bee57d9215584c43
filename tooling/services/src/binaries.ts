import { constants } from 'node:fs'
import { access, readdir } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import process from 'node:process'

const isExecutable = async (path: string): Promise<boolean> => {
  try {
    await access(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The first folder that holds all of the programs: those of the PATH, then `otherFolders`. */
export const folderOf = async (
  programs: readonly string[],
  otherFolders: readonly string[] = [],
): Promise<string | undefined> => {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...otherFolders]
  for (const folder of folders) {
    if (folder === '') continue
    const found = await Promise.all(programs.map((name) => isExecutable(join(folder, name))))
    if (found.every(Boolean)) return folder
  }
  return undefined
}

const DEBIAN_POSTGRES = '/usr/lib/postgresql'

/** Debian keeps the servers of PostgreSQL off the PATH, one folder for each version; the newest comes first. */
export const debianPostgresFolders = async (): Promise<readonly string[]> => {
  try {
    const versions = await readdir(DEBIAN_POSTGRES)
    return versions
      .sort((left, right) => Number(right) - Number(left))
      .map((version) => join(DEBIAN_POSTGRES, version, 'bin'))
  } catch {
    return []
  }
}
