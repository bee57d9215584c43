import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, vi } from 'vitest'
import type { ZodType } from 'zod'

// A command is a process: on a busy machine it takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

/** The sources are compiled once for all the processes of a test run. */
const NODE_COMPILE_CACHE = join(tmpdir(), 'mfm-test-compile-cache')

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

export interface MfmOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
  /** Called when the process has started. */
  readonly onStart?: (child: ReturnType<typeof spawn>) => void
}

export interface MfmResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the real command, from its sources, in an environment that holds nothing of ours. */
export async function mfm(args: readonly string[], options: MfmOptions): Promise<MfmResult> {
  const child = spawn(process.execPath, ['--conditions=@mfm/source', MAIN, ...args], {
    cwd: options.cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: options.cwd, NODE_COMPILE_CACHE, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const exited = new Promise<number | null>((resolve) => {
    child.on('close', (code) => resolve(code))
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.stdin ?? '')
  options.onStart?.(child)
  const [stdout, stderr, code] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    exited,
  ])
  return { code, stdout, stderr }
}

/** Standard output as one document of a schema, which must know every member of it. */
export function document<T>(schema: ZodType<T>, { stdout }: MfmResult): T {
  return known(schema, stdout)
}

/** Standard output as one document per line. */
export function documents<T>(schema: ZodType<T>, { stdout }: MfmResult): T[] {
  const lines = stdout.split('\n').filter((line) => line !== '')
  return lines.map((line) => known(schema, line))
}

/** A schema lets members pass that it does not know, for readers of a later release; here there are none. */
function known<T>(schema: ZodType<T>, text: string): T {
  const value: unknown = JSON.parse(text)
  const parsed = schema.parse(value)
  expect(parsed).toEqual(value)
  return parsed
}

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of stream) chunks.push(chunk)
  } catch {
    // A test closed it.
  }
  return Buffer.concat(chunks).toString('utf8')
}
