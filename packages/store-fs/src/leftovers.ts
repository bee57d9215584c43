import { randomUUID } from 'node:crypto'
import { readdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCode } from './fs-error.ts'

/** Process id, and a text that no other process has: a container's first process always has the same id. */
const PATTERN = /^(\d{1,10})-([0-9a-f-]{36})-\d+$/
const THIS_PROCESS = randomUUID()
let count = 0

export function newTemporaryName(): string {
  count++
  return `${process.pid}-${THIS_PROCESS}-${count}`
}

/**
 * Removes what ended processes left unfinished, once it is as old as that. Where one is mistaken for ended, as on
 * another machine, its `put` finds the file gone and writes it again.
 */
export async function sweep(folder: string, olderThanMillis: number): Promise<void> {
  const before = Date.now() - olderThanMillis
  for (const name of await readdir(folder)) {
    const [, pid, owner] = PATTERN.exec(name) ?? []
    if (pid === undefined || owner === THIS_PROCESS || isAnotherAlive(Number(pid))) continue
    try {
      const path = join(folder, name)
      if ((await stat(path)).mtimeMs <= before) await unlink(path)
    } catch (error) {
      // Somebody else swept it.
      if (systemCode(error) !== 'ENOENT') throw error
    }
  }
}

function isAnotherAlive(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return systemCode(error) === 'EPERM'
  }
}
