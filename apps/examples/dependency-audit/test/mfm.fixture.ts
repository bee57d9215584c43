import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('src/main.ts', import.meta.resolve('@mfm/runner/package.json')))
const NODE_COMPILE_CACHE = join(tmpdir(), 'mfm-test-compile-cache')

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
}

/** Starts the command `mfm` in a folder. */
export function startMfm(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Started {
  const child = spawn(process.execPath, ['--conditions=@mfm/source', MAIN, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: cwd, NODE_COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const end = async (): Promise<Ended> => {
    const closed = once(child, 'close')
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
    const [code] = await closed
    return { code, stdout, stderr }
  }
  return { child, ended: end() }
}
