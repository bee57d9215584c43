import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { variableOf } from '../addresses.ts'
import { folderOf } from '../binaries.ts'
import { ServerProcess } from '../child.ts'
import { canInstall, installPackages } from '../debian.ts'
import { freePort } from '../free-ports.ts'
import type { Server, ServerKind, Settings } from './server.ts'
import { howToGet } from './server.ts'

const prepare = async (): Promise<void> => {
  if ((await folderOf(['nats-server'])) !== undefined) return
  if (!canInstall()) throw howToGet('NATS', 'nats-server', variableOf('nats'))
  await installPackages(['nats-server'])
}

/** Whether the server of this name listens here, and not another one. It says its name before it is asked. */
const answersNats = async (port: number, name: string): Promise<boolean> => {
  const socket = connect({ host: '127.0.0.1', port })
  try {
    const [greeting] = await once(socket, 'data')
    return String(greeting).includes(`"server_name":"${name}"`)
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

const startProcess = async (
  folder: string,
  port: number,
  settings: Settings,
): Promise<ServerProcess> => {
  const name = `mfm-${randomUUID()}`
  const all = {
    server_name: name,
    listen: `127.0.0.1:${port}`,
    jetstream: `{ store_dir: ${JSON.stringify(join(folder, 'jetstream'))} }`,
    ...settings,
  }
  const config = join(folder, 'nats.conf')
  await writeFile(
    config,
    Object.entries(all)
      .map((pair) => `${pair.join(': ')}\n`)
      .join(''),
  )
  const log = join(folder, 'nats.log')
  const child = await ServerProcess.start('nats-server', ['--config', config], log, { cwd: folder })
  await child.waitUntil(() => answersNats(port, name))
  return child
}

const start = async (folder: string, settings: Settings): Promise<Server> => {
  const port = await freePort()
  let child = await startProcess(folder, port, settings)
  return {
    address: { name: 'nats', url: `nats://127.0.0.1:${port}`, host: '127.0.0.1', port },
    restart: async () => {
      await child.stop('SIGTERM')
      child = await startProcess(folder, port, settings)
    },
    stop: () => child.stop('SIGKILL'),
  }
}

/** With JetStream, on disk. */
export const nats: ServerKind = { prepare, start }
