import { closeSync, existsSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { written } from './numbers.ts'
import { fileSystemOf } from './work-folder.ts'

/** What figures depend on. No name of a host and no path. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
  readonly node: string
  readonly sqlite: string
  readonly fileSystem: string
  readonly appends: Appends
}

/** Appends of 300 bytes to a file, per second. As many synced as plain ones means that nothing reaches a disk. */
interface Appends {
  readonly plain: number
  readonly synced: number
}

/** @param folder where the benchmarks write */
export function describeMachine(folder: string): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    sqlite: sqliteVersion(),
    fileSystem: fileSystemOf(folder),
    appends: measureAppends(join(folder, 'appends')),
  }
}

function sqliteVersion(): string {
  const db = new DatabaseSync(':memory:')
  try {
    return String(db.prepare('SELECT sqlite_version() AS version').get()?.['version'])
  } finally {
    db.close()
  }
}

const APPENDS = 500

function measureAppends(path: string): Appends {
  const file = openSync(path, 'a')
  const bytes = Buffer.alloc(300, 'x')
  const rate = (sync: boolean): number => {
    const before = performance.now()
    for (let append = 0; append < APPENDS; append += 1) {
      writeSync(file, bytes)
      if (sync) fdatasyncSync(file)
    }
    return (APPENDS / (performance.now() - before)) * 1000
  }
  try {
    return { synced: rate(true), plain: rate(false) }
  } finally {
    closeSync(file)
  }
}

/** What else the machine did while a benchmark ran. */
export interface Load {
  /** Processes that wanted a core, over the last minute, before and after. */
  readonly before: number
  readonly after: number
  /** Cores that processes used on average which are neither this one nor, on Linux, children of it that have ended. */
  readonly others: number
}

/** Begins to watch; the function ends it. */
export function watchLoad(): () => Load {
  const before = loadNow()
  const began = performance.now()
  const [busy, own] = [busyMillis(), ownMillis()]
  return () => {
    const elapsed = performance.now() - began
    const others = busyMillis() - busy - (ownMillis() - own)
    return { before, after: loadNow(), others: Math.max(others / elapsed, 0) }
  }
}

/** Share of a core that others may use before figures are worth measuring again. */
const QUIET = 0.25

export function writtenLoad({ before, after, others }: Load): string {
  const advice = others > QUIET ? ': **busy, measure again**' : ''
  return `load average ${before.toFixed(2)} before, ${after.toFixed(2)} after; other processes used ${written(others)} cores${advice}`
}

function loadNow(): number {
  return loadavg()[0] ?? 0
}

function busyMillis(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0)
}

function ownMillis(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000 + childMillis()
}

const STAT = '/proc/self/stat'
/** proc_pid_stat(5): user and system time of children that have ended, counted from the field after the name. */
const CHILD_USER = 13
const CHILD_SYSTEM = 14
/** A hundred ticks a second, whatever the clock of the kernel does. */
const TICK_MILLIS = 10

function childMillis(): number {
  if (!existsSync(STAT)) return 0
  const stat = readFileSync(STAT, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[CHILD_USER]) + Number(fields[CHILD_SYSTEM])) * TICK_MILLIS
}
