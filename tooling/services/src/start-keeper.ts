import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import type { Pool } from './pool.ts'
import { KEEPER_SOCKET, poolAt } from './socket.ts'

const KEEPER = fileURLToPath(new URL('./keeper.ts', import.meta.url))

const awaitReady = async (child: ChildProcess): Promise<void> => {
  const first = child.stdout === null ? undefined : once(child.stdout, 'data')
  const died = once(child, 'exit').then(() => {
    throw new Error('the process that keeps the servers did not start')
  })
  died.catch(() => undefined)
  await Promise.race([first, died])
}

/** An empty folder of the system's temporary one, for a keeper to fill and to remove. */
export const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'mfm-services-'))

/** Starts a keeper in its own session: what ends this process does not end it before it has stopped its servers. */
export const spawnKeeper = async (
  folder: string,
  mode: 'with-parent' | 'stay',
): Promise<ChildProcess> => {
  const child = spawn(process.execPath, [KEEPER, folder, mode], {
    detached: true,
    // One that stays must hold nothing of its parent's: a pipe that it held would never end for its reader.
    stdio: mode === 'stay' ? ['ignore', 'pipe', 'ignore'] : ['pipe', 'pipe', 'inherit'],
  })
  await awaitReady(child)
  child.stdout?.destroy()
  return child
}

export interface Keeper {
  readonly pool: Pool
  /** Stops every server and waits for it. */
  close(): Promise<void>
}

/** A keeper that ends with this process, does not keep it from ending, and removes the folder in the end. */
export const startKeeper = async (folder: string): Promise<Keeper> => {
  const child = await spawnKeeper(folder, 'with-parent')
  child.unref()
  const stdin = child.stdin
  if (stdin !== null && 'unref' in stdin && typeof stdin.unref === 'function') stdin.unref()
  return {
    pool: poolAt(join(folder, KEEPER_SOCKET)),
    close: async () => {
      const exit = once(child, 'exit')
      child.ref()
      stdin?.end()
      await exit
    },
  }
}
