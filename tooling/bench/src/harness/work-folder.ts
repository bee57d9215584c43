import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
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

export function fileSystemOf(folder: string): string {
  const { type } = statfsSync(folder)
  return FILE_SYSTEMS.get(type) ?? `type 0x${type.toString(16)}`
}

/** A folder on a disk, removed with everything in it when disposed of. */
export class WorkFolder implements Disposable {
  readonly path: string

  /** @param root the checkout, whose disk is used where the one for temporary files is memory */
  constructor(root: string) {
    const isDisk = !IN_MEMORY.has(fileSystemOf(tmpdir()))
    const parent = isDisk ? tmpdir() : join(root, 'node_modules', '.cache')
    mkdirSync(parent, { recursive: true })
    this.path = mkdtempSync(join(parent, 'mfm-bench-'))
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}
