import { existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What `statfs` says of the file systems that benchmarks meet; see statfs(2). */
const FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0xef53, 'ext4'],
  [0x58465342, 'xfs'],
  [0x9123683e, 'btrfs'],
  [0x2fc12fc1, 'zfs'],
  [0x794c7630, 'overlayfs'],
  [0x01021994, 'tmpfs'],
  [0x858458f6, 'ramfs'],
])
const IN_MEMORY: ReadonlySet<string> = new Set(['tmpfs', 'ramfs'])
/** Memory as a file system, on Linux. */
const SHARED_MEMORY = '/dev/shm'
const SCRATCH_BYTES = 2 ** 30

export function fileSystemOf(folder: string): string {
  const { type } = statfsSync(folder)
  return FILE_SYSTEMS.get(type) ?? `type 0x${type.toString(16)}`
}

/** Places for files, removed with everything in them when disposed of. */
export class WorkFolder implements Disposable {
  /** On a disk: here is measured. */
  readonly path: string
  /** In memory where there is enough, else on the disk too: for what only has to be made. */
  readonly scratch: string

  /** @param root the checkout, whose disk is used where the one for temporary files is memory */
  constructor(root: string) {
    const isDisk = !IN_MEMORY.has(fileSystemOf(tmpdir()))
    this.path = newFolder(isDisk ? tmpdir() : join(root, 'node_modules', '.cache'))
    this.scratch = newFolder(hasSharedMemory() ? SHARED_MEMORY : this.path)
  }

  [Symbol.dispose](): void {
    for (const folder of [this.scratch, this.path]) rmSync(folder, { recursive: true, force: true })
  }
}

function newFolder(parent: string): string {
  mkdirSync(parent, { recursive: true })
  return mkdtempSync(join(parent, 'mfm-bench-'))
}

function hasSharedMemory(): boolean {
  if (!existsSync(SHARED_MEMORY)) return false
  const { bavail, bsize } = statfsSync(SHARED_MEMORY)
  return IN_MEMORY.has(fileSystemOf(SHARED_MEMORY)) && bavail * bsize >= SCRATCH_BYTES
}
