import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

export const CHECKOUT: string = join(import.meta.dirname, '..', '..', '..', '..')

/** The commit, and whether the files are as it has them; `undefined` outside a repository. */
export function revision(): string | undefined {
  const head = git('rev-parse', '--short', 'HEAD')
  if (head === undefined) return undefined
  const isChanged = git('status', '--porcelain') !== ''
  return isChanged ? `${head} with local changes` : head
}

/** Builds what child processes run: the packages as a user has them. */
export function buildPackages(): void {
  const tsc = join(CHECKOUT, 'node_modules', '.bin', 'tsc')
  const { status, error, stdout } = spawnSync(tsc, ['-b'], { cwd: CHECKOUT, encoding: 'utf8' })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`tsc -b failed\n${stdout}`)
}

function git(...args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync('git', args, { cwd: CHECKOUT, encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
}
