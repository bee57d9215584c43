import { closeSync, copyFileSync, existsSync, fsyncSync, openSync, rmSync, statSync } from 'node:fs'

/** What SQLite keeps beside the file itself. */
const SUFFIXES = ['', '-wal', '-shm'] as const

export function removeDatabase(path: string): void {
  for (const suffix of SUFFIXES) rmSync(`${path}${suffix}`, { force: true })
}

/**
 * The file as a crash would leave it: what is committed, in the database or in its write-ahead log. Nobody may be
 * writing. The copy is on the disk, so that nobody's first commit waits for it.
 */
export function copyDatabase(from: string, to: string): void {
  removeDatabase(to)
  for (const suffix of ['', '-wal']) {
    if (!existsSync(`${from}${suffix}`)) continue
    copyFileSync(`${from}${suffix}`, `${to}${suffix}`)
    sync(`${to}${suffix}`)
  }
}

function sync(path: string): void {
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

export function databaseBytes(path: string): number {
  return SUFFIXES.reduce((sum, suffix) => {
    return sum + (statSync(`${path}${suffix}`, { throwIfNoEntry: false })?.size ?? 0)
  }, 0)
}
