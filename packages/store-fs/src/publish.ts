import { existsSync } from 'node:fs'
import { link, rename, unlink } from 'node:fs/promises'
import { systemCode } from './fs-error.ts'

/** What a file system answers that has no hard links. Linux says EPERM (link(2)), others EOPNOTSUPP or ENOSYS. */
const NO_LINKS: ReadonlySet<string | undefined> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
])

/**
 * Gives a finished file its name, unless the name is taken; resolves to whether it did. The temporary name goes.
 *
 * Without hard links the file is renamed after a look whether the name is free. A rename replaces what came between,
 * which a file of the same address made by this package does not mind: its bytes are equal.
 */
export async function publish(
  temporary: string,
  path: string,
  linkFile: typeof link = link,
): Promise<boolean> {
  try {
    await linkFile(temporary, path)
  } catch (error) {
    const code = systemCode(error)
    if (NO_LINKS.has(code) && !existsSync(path)) {
      await rename(temporary, path)
      return true
    }
    await remove(temporary)
    if (code === 'EEXIST' || NO_LINKS.has(code)) return false
    throw error
  }
  await remove(temporary)
  return true
}

/** Removes a file; resolves to whether there was one. */
export async function remove(path: string): Promise<boolean> {
  try {
    await unlink(path)
    return true
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false
    throw error
  }
}
