import { chown, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { variableOf } from '../addresses.ts'
import { debianPostgresFolders, folderOf } from '../binaries.ts'
import type { ChildOptions } from '../child.ts'
import { run, ServerProcess } from '../child.ts'
import { canInstall, installPackages } from '../debian.ts'
import { freePort } from '../free-ports.ts'
import type { Server, ServerKind, Settings } from './server.ts'
import { howToGet } from './server.ts'

const PROGRAMS = ['initdb', 'postgres']

// Programs of another folder than the server's own are not searched for: a wrapper on the PATH may not run as
// another user.
const programs = async (): Promise<string | undefined> => {
  const [debian] = await debianPostgresFolders()
  return debian ?? (await folderOf(PROGRAMS))
}

const prepare = async (): Promise<void> => {
  if ((await programs()) !== undefined) return
  if (!canInstall()) throw howToGet('PostgreSQL', 'postgresql', variableOf('postgres'))
  await installPackages(['postgresql'])
}

/** PostgreSQL refuses to run as root: then it runs as `postgres`, or as `nobody` where there is no such user. */
const unprivileged = async (): Promise<ChildOptions> => {
  if (process.getuid?.() !== 0) return {}
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'))
  const user =
    users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody')
  if (user === undefined) throw new Error('PostgreSQL refuses root, and there is no other user')
  return { uid: Number(user[2]), gid: Number(user[3]) }
}

/** The last line of the server's own pid file says how far it is. */
const isReady = async (data: string): Promise<boolean> => {
  try {
    return /^ready\s*$/m.test(await readFile(join(data, 'postmaster.pid'), 'utf8'))
  } catch {
    return false
  }
}

const start = async (folder: string, settings: Settings): Promise<Server> => {
  const bin = await programs()
  if (bin === undefined) throw howToGet('PostgreSQL', 'postgresql', variableOf('postgres'))
  const user: ChildOptions = { ...(await unprivileged()), cwd: folder }
  const port = await freePort()
  await mkdir(folder, { recursive: true })
  if (user.uid !== undefined && user.gid !== undefined) await chown(folder, user.uid, user.gid)
  const data = join(folder, 'data')
  // Without syncing the new cluster: nobody needs it after a power cut. The server itself keeps fsync on.
  const init = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync']
  await run(join(bin, 'initdb'), [...init, '--locale=C'], user)
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const args = ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', folder, ...options]
  const launch = async (): Promise<ServerProcess> => {
    const log = join(folder, 'postgres.log')
    const child = await ServerProcess.start(join(bin, 'postgres'), args, log, user)
    await child.waitUntil(() => isReady(data))
    return child
  }
  let child = await launch()
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  return {
    address: { name: 'postgres', url, host: '127.0.0.1', port },
    restart: async () => {
      // Ends connections that are open: "fast shutdown".
      await child.stop('SIGINT')
      child = await launch()
    },
    // Ends all processes at once, without a last checkpoint: "immediate shutdown".
    stop: () => child.stop('SIGQUIT'),
  }
}

export const postgres: ServerKind = { prepare, start }
