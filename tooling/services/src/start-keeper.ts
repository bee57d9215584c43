import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import type { Pool } from './pool.ts'
import { poolAt } from './socket.ts'

const KEEPER = fileURLToPath(new URL('./keeper.ts', import.meta.url))

const awaitReady = async (child: ChildProcess): Promise<void> => {
  const first = child.stdout === null ? undefined : once(child.stdout, 'data')
  const died = once(child, 'exit').then(() => {
    throw new Error('the process that keeps the servers did not start')
  })
  died.catch(() => undefined)
  await Promise.race([first, died])
}

/** Starts a keeper in its own session: what ends this process does not end it before it has stopped its servers. */
export const spawnKeeper = async (
  socket: string,
  mode: 'with-parent' | 'stay',
): Promise<ChildProcess> => {
  const child = spawn(process.execPath, [KEEPER, socket, mode], {
    detached: true,
    stdio: [mode === 'stay' ? 'ignore' : 'pipe', 'pipe', 'inherit'],
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

/** A keeper that ends with this process and does not keep it from ending. */
export const startKeeper = async (): Promise<Keeper> => {
  const folder = await mkdtemp(join(tmpdir(), 'mfm-keeper-'))
  const socket = join(folder, 'socket')
  const child = await spawnKeeper(socket, 'with-parent')
  child.unref()
  const stdin = child.stdin
  if (stdin !== null && 'unref' in stdin && typeof stdin.unref === 'function') stdin.unref()
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return {
    pool: poolAt(socket),
    close: async () => {
      const exit = once(child, 'exit')
      child.ref()
      stdin?.end()
      await exit
      await rm(folder, { recursive: true, force: true })
    },
  }
}
