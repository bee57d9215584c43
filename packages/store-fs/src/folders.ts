import { existsSync } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a folder with its parents, each durable. One level at a time: the recursive form of Node does not return where
 * a file system answers ENOENT for a folder that it does not let anybody make, as /proc does.
 */
export async function makeFolders(folder: string): Promise<void> {
  if (existsSync(folder)) return
  const parent = dirname(folder)
  if (parent !== folder) await makeFolders(parent)
  await makeFolder(folder)
  await syncFolder(parent)
}

/** Makes one folder; another process may have been faster. */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
  }
}

/** A new name survives a power cut when the folder that holds it is synced. Windows has no such call. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
