import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { variableOf } from '../addresses.ts'
import { folderOf } from '../binaries.ts'
import { ServerProcess } from '../child.ts'
import { canInstall, installPackages } from '../debian.ts'
import { freePort } from '../free-ports.ts'
import { answersPing } from '../resp.ts'
import type { Server, ServerKind, Settings } from './server.ts'
import { howToGet } from './server.ts'

export const prepareRedis = async (): Promise<void> => {
  if ((await folderOf(['redis-server'])) !== undefined) return
  if (!canInstall()) throw howToGet('Redis', 'redis-server', variableOf('redis'))
  await installPackages(['redis-server'])
}

/** Starts `redis-server` and waits for it on a socket in its own folder, where no other server can answer. */
export const startRedisProcess = async (
  folder: string,
  port: number,
  settings: Settings,
): Promise<ServerProcess> => {
  await mkdir(folder, { recursive: true })
  const socket = join(folder, 'redis.sock')
  const all = {
    bind: '127.0.0.1',
    port: String(port),
    dir: folder,
    unixsocket: socket,
    appendonly: 'yes',
    save: '',
    ...settings,
  }
  const args = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value])
  const log = join(folder, 'redis.log')
  const child = await ServerProcess.start('redis-server', args, log, { cwd: folder })
  await child.waitUntil(() => answersPing({ path: socket }))
  return child
}

const start = async (folder: string, settings: Settings): Promise<Server> => {
  const port = await freePort()
  let child = await startRedisProcess(folder, port, settings)
  return {
    address: { name: 'redis', url: `redis://127.0.0.1:${port}`, host: '127.0.0.1', port },
    restart: async () => {
      await child.stop('SIGTERM')
      child = await startRedisProcess(folder, port, settings)
    },
    stop: () => child.stop('SIGKILL'),
  }
}

export const redis: ServerKind = { prepare: prepareRedis, start }
