import type { ChildProcessByStdio } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BROKER_VARIABLE, startBroker } from '../src/broker.ts'
import { askRedis } from '../src/resp.ts'
import { poolAt } from '../src/socket.ts'

const CHILD = fileURLToPath(new URL('./user.child.ts', import.meta.url))
const CLI = fileURLToPath(new URL('../src/cli.ts', import.meta.url))

type User = ChildProcessByStdio<Writable, Readable, null>

// Servers start several times here, on machines that do other work as well.
vi.setConfig({ testTimeout: 60_000 })

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mfm-endings-'))
  // PostgreSQL runs as another user, who must come through.
  chmodSync(folder, 0o711)
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** A process with a temporary folder of its own, so that whatever is left of it is found. */
const user = async (...names: readonly string[]): Promise<User> => {
  const environment: NodeJS.ProcessEnv = { ...process.env, TMPDIR: folder }
  delete environment[BROKER_VARIABLE]
  const child = spawn(process.execPath, [CHILD, ...names], {
    env: environment,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the child ended with ${code}`)
  })
  await Promise.race([once(child.stdout, 'data'), ended])
  ended.catch(() => undefined)
  return child
}

/** Redis and PostgreSQL write over their command line or their environment, but not over all that tells their folder. */
const tracesOf = (pid: string): string => {
  try {
    const files = ['environ', 'cmdline'].map((file) =>
      readFileSync(join('/proc', pid, file), 'latin1'),
    )
    return [readlinkSync(join('/proc', pid, 'cwd')), ...files].join('\n')
  } catch {
    return ''
  }
}

const processesThere = (): readonly string[] =>
  readdirSync('/proc').filter((pid) => tracesOf(pid).includes(folder))

const nothingIsLeft = (): Promise<void> =>
  vi.waitFor(
    () => {
      expect(processesThere()).toEqual([])
      expect(readdirSync(folder).filter((name) => name.startsWith('mfm-'))).toEqual([])
    },
    { timeout: 20_000, interval: 50 },
  )

describe('the end', () => {
  it('stopServices leaves no process and no folder', async () => {
    const child = await user('redis', 'postgres', 's3')
    // Two of Redis, two of PostgreSQL, two of S3 by three processes each, the child and the keeper.
    expect(processesThere().length).toBeGreaterThanOrEqual(12)
    child.stdin.write('stop\n')
    expect(await once(child, 'exit')).toEqual([0, null])
    expect(processesThere()).toEqual([])
    expect(readdirSync(folder).filter((name) => name.startsWith('mfm-'))).toEqual([])
  })

  it('a process that just ends leaves none either', async () => {
    const child = await user('redis', 'postgres')
    child.stdin.write('exit\n')
    await once(child, 'exit')
    await nothingIsLeft()
  })

  it('nor does one that is killed', async () => {
    const child = await user('redis', 'postgres', 's3')
    child.kill('SIGKILL')
    await once(child, 'exit')
    await nothingIsLeft()
  })
})

describe('brokers', () => {
  it('two at once have servers of their own, and start none before they are asked', async () => {
    vi.stubEnv('TMPDIR', folder)
    const brokers = [await startBroker(), await startBroker()]
    expect(processesThere()).toEqual([])
    const request = { name: 'redis', isPrivate: false, settings: {} } as const
    const started = await Promise.all(
      brokers.flatMap(({ socket }) => [
        poolAt(socket).start(request),
        poolAt(socket).start(request),
      ]),
    )
    const ports = started.map(({ address }) => address.port)
    expect(ports[0]).toBe(ports[1])
    expect(ports[2]).toBe(ports[3])
    expect(ports[0]).not.toBe(ports[2])
    for (const { address } of started) expect(await askRedis(address, 'PING')).toBe('PONG')
    for (const broker of brokers) await broker.close()
    expect(processesThere()).toEqual([])
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('pnpm services', () => {
  const cli = async (...args: readonly string[]): Promise<readonly [number, string]> => {
    const environment = { ...process.env, TMPDIR: folder, XDG_CACHE_HOME: join(folder, 'cache') }
    const child = spawn(process.execPath, [CLI, ...args], {
      env: environment,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += String(chunk)
    })
    const [code] = await once(child, 'close')
    return [Number(code), output]
  }

  it('up prints what to export, keeps running, and down ends it', async () => {
    const [code, output] = await cli('up', 'redis')
    expect(code).toBe(0)
    const [, port] =
      /^export MFM_TEST_REDIS_URL='redis:\/\/127\.0\.0\.1:(\d+)'\n$/.exec(output) ?? []
    expect(await askRedis({ host: '127.0.0.1', port: Number(port) }, 'PING')).toBe('PONG')
    expect(await cli('up', 'redis')).toEqual([0, output])
    expect(await cli('status')).toEqual([0, output])
    expect(await cli('down')).toEqual([0, ''])
    await nothingIsLeft()
    expect(await cli('status')).toEqual([1, ''])
  })

  it('refuses a name that it does not know', async () => {
    expect(await cli('up', 'mongo')).toEqual([2, ''])
    expect(await cli('sideways')).toEqual([2, ''])
  })
})
