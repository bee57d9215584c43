import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const CHILD = fileURLToPath(new URL('./kill-run.child.ts', import.meta.url))

export interface ChildRun {
  /** Keys of the calls whose facts the child acknowledged. */
  readonly keys: readonly string[]
  /** What its last line says; `undefined` where it was killed. */
  readonly result: string | undefined
}

export interface ChildLimits {
  /** Kill it at some moment after it has printed so many lines. */
  readonly killAfter?: number | undefined
  /** Largest file that it may write, in blocks of 512 bytes. */
  readonly fileBlocks?: number | undefined
}

/** @param args database path, run id, base URL of the counting server */
export async function runChild(
  args: readonly string[],
  { killAfter, fileBlocks }: ChildLimits = {},
): Promise<ChildRun> {
  const node = ['--conditions=@mfm/source', '--no-warnings', CHILD, ...args]
  const limited = ['-c', `ulimit -f ${fileBlocks}; exec "$0" "$@"`, process.execPath, ...node]
  const child = spawn(
    fileBlocks === undefined ? process.execPath : 'sh',
    fileBlocks === undefined ? node : limited,
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const exited = new Promise((resolve) => child.once('exit', resolve))
  const keys: string[] = []
  let lines = 0
  let result: string | undefined
  for await (const line of createInterface({ input: child.stdout })) {
    lines += 1
    if (line.startsWith('result ')) result = line.slice('result '.length)
    else if (line.startsWith('add ')) keys.push(line)
    if (lines === killAfter) child.kill('SIGKILL')
  }
  await exited
  return { keys, result }
}
