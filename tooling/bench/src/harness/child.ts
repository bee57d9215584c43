import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { CheckFailed } from './check.ts'

export interface ChildRun {
  /** From the start of the process to its end. */
  readonly millis: number
  readonly stdout: string
}

/**
 * Runs a program of this Node in a process of its own.
 *
 * @throws CheckFailed where it does not end well
 */
export async function runNode(args: readonly string[]): Promise<ChildRun> {
  const before = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  const millis = performance.now() - before
  if (code !== 0) throw new CheckFailed(`node ${args.join(' ')} ended with ${code}`)
  return { millis, stdout }
}

/** Quick runs need no build: their children run the sources. */
export function nodeFlags(isQuick: boolean): readonly string[] {
  return isQuick ? ['--conditions=@mfm/source'] : []
}
