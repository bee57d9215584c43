import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ReportSummary } from '@mfm/conformance'

const PROGRAM = 'packages/conformance/src/cli/main.ts'

/** Runs the suite on one harness in a process of its own, so that what one leaves behind meets no other. */
export async function runHarness(
  root: string,
  file: string,
  args: readonly string[],
): Promise<ReportSummary> {
  const folder = await mkdtemp(join(tmpdir(), 'mfm-conformance-'))
  try {
    const flags = [...process.execArgv, PROGRAM, 'run', file, '--report', folder, ...args]
    const child = spawn(process.execPath, flags, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'ignore'],
    })
    const [code] = await once(child, 'close')
    if (code !== 0 && code !== 1) throw new Error(`${file} cannot be run: exit code ${code}`)
    const text = await readFile(join(folder, 'conformance.json'), 'utf8')
    return JSON.parse(text) as ReportSummary // written by the kit of this checkout
  } finally {
    await rm(folder, { recursive: true })
  }
}
