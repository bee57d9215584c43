// `pnpm services up|down|status|install [names]`: servers that stay until they are stopped.
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import type { ServiceName } from './addresses.ts'
import { addressFromEnvironment, SERVICE_NAMES, variableOf, variableValueOf } from './addresses.ts'
import { cacheFolder } from './debian.ts'
import type { Pool, Started } from './pool.ts'
import { prepareService } from './pool.ts'
import { KEEPER_SOCKET, poolAt } from './socket.ts'
import { newFolder, spawnKeeper } from './start-keeper.ts'

const USAGE = `usage: pnpm services up|down|status|install [${SERVICE_NAMES.join('|')}]...`

// Says where the keeper is: one for each user of the machine.
const stateFile = join(cacheFolder(), 'up.json')

interface State {
  readonly pid: number
  readonly folder: string
}

const isName = (name: string): name is ServiceName => SERVICE_NAMES.some((known) => known === name)

const namesOf = (args: readonly string[]): readonly ServiceName[] => {
  const unknown = args.find((name) => !isName(name))
  if (unknown !== undefined) throw new Error(`no server is called ${unknown}. ${USAGE}`)
  return args.length === 0 ? SERVICE_NAMES : args.filter(isName)
}

const readState = async (): Promise<State | undefined> => {
  try {
    return JSON.parse(await readFile(stateFile, 'utf8'))
  } catch {
    return undefined
  }
}

/** The keeper that runs, or undefined when none answers. */
const findKeeper = async (): Promise<(State & { readonly pool: Pool }) | undefined> => {
  const state = await readState()
  if (state === undefined) return undefined
  const pool = poolAt(join(state.folder, KEEPER_SOCKET))
  try {
    await pool.list()
    return { ...state, pool }
  } catch {
    return undefined
  }
}

const newKeeper = async (): Promise<Pool> => {
  const folder = await newFolder()
  const keeper = await spawnKeeper(folder, 'stay')
  keeper.unref()
  await mkdir(cacheFolder(), { recursive: true })
  await writeFile(stateFile, JSON.stringify({ pid: keeper.pid, folder }))
  return poolAt(join(folder, KEEPER_SOCKET))
}

const print = (servers: readonly Started[]): void => {
  for (const { address } of servers) {
    console.log(`export ${variableOf(address.name)}='${variableValueOf(address)}'`)
  }
}

const up = async (names: readonly ServiceName[]): Promise<void> => {
  await Promise.all(names.map(prepareService))
  const pool = (await findKeeper())?.pool ?? (await newKeeper())
  await Promise.all(names.map((name) => pool.start({ name, isPrivate: false, settings: {} })))
  print(await pool.list())
}

const down = async (): Promise<void> => {
  const keeper = await findKeeper()
  if (keeper === undefined) {
    console.error('no servers run')
    return
  }
  process.kill(keeper.pid, 'SIGTERM')
  // The keeper removes its folder last.
  while (existsSync(keeper.folder)) await delay(20)
  await rm(stateFile, { force: true })
}

const status = async (): Promise<void> => {
  const keeper = await findKeeper()
  if (keeper === undefined) {
    console.error('no servers run')
    process.exitCode = 1
    return
  }
  console.error(`kept by process ${keeper.pid} in ${keeper.folder}`)
  print(await keeper.pool.list())
}

const install = async (names: readonly ServiceName[]): Promise<void> => {
  const missing = names.filter((name) => addressFromEnvironment(name, process.env) === undefined)
  await Promise.all(missing.map(prepareService))
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
