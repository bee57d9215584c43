// `pnpm services up|down|status|install [names]`: servers that stay until they are stopped.
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import type { ServiceName } from './addresses.ts'
import { SERVICE_NAMES, variableOf, variableValueOf } from './addresses.ts'
import { cacheFolder } from './debian.ts'
import type { Started } from './pool.ts'
import { LocalPool } from './pool.ts'
import { poolAt } from './socket.ts'
import { spawnKeeper } from './start-keeper.ts'

const USAGE = `usage: pnpm services up|down|status|install [${SERVICE_NAMES.join('|')}]...`

const folder = join(cacheFolder(), 'up')
const socket = join(folder, 'socket')
const pidFile = join(folder, 'pid')

const isName = (name: string): name is ServiceName => SERVICE_NAMES.some((known) => known === name)

const namesOf = (args: readonly string[]): readonly ServiceName[] => {
  const unknown = args.find((name) => !isName(name))
  if (unknown !== undefined) throw new Error(`no server is called ${unknown}. ${USAGE}`)
  return args.length === 0 ? SERVICE_NAMES : args.filter(isName)
}

/** What runs, or undefined when nothing answers at the socket. */
const running = async (): Promise<readonly Started[] | undefined> => {
  try {
    return await poolAt(socket).list()
  } catch {
    return undefined
  }
}

const print = (servers: readonly Started[]): void => {
  for (const { address } of servers) {
    console.log(`export ${variableOf(address.name)}='${variableValueOf(address)}'`)
  }
}

const up = async (names: readonly ServiceName[]): Promise<void> => {
  if ((await running()) === undefined) {
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const keeper = await spawnKeeper(socket, 'stay')
    await writeFile(pidFile, `${keeper.pid}\n`)
    keeper.unref()
  }
  const pool = poolAt(socket)
  for (const name of names) await pool.start({ name, isPrivate: false, settings: {} })
  print(await pool.list())
}

const down = async (): Promise<void> => {
  if ((await running()) === undefined) {
    console.error('no servers run')
    return
  }
  process.kill(Number(await readFile(pidFile, 'utf8')), 'SIGTERM')
  // The keeper removes its socket when it ends.
  while (existsSync(socket)) await delay(20)
  await rm(folder, { recursive: true, force: true })
}

const status = async (): Promise<void> => {
  const servers = await running()
  if (servers === undefined) {
    console.error('no servers run')
    process.exitCode = 1
    return
  }
  print(servers)
}

const install = async (names: readonly ServiceName[]): Promise<void> => {
  const pool = await LocalPool.open()
  try {
    for (const name of names) await pool.prepare(name)
  } finally {
    await pool.close()
  }
}

const main = async ([command, ...args]: readonly string[]): Promise<void> => {
  if (command === 'up') await up(namesOf(args))
  else if (command === 'down') await down()
  else if (command === 'status') await status()
  else if (command === 'install') await install(namesOf(args))
  else throw new Error(USAGE)
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}
