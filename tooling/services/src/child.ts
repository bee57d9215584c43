// Child processes: commands that end, and servers that stay until they are stopped.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

export interface ChildOptions {
  readonly cwd?: string
  /** Runs as this user; only root may choose. */
  readonly uid?: number
  readonly gid?: number
  readonly environment?: Readonly<Record<string, string>>
}

const TAIL = 2000

const environmentOf = (options: ChildOptions): NodeJS.ProcessEnv => ({
  ...process.env,
  LC_ALL: 'C',
  ...options.environment,
})

const userOf = ({ cwd, uid, gid }: ChildOptions): Pick<ChildOptions, 'cwd' | 'uid' | 'gid'> => ({
  ...(cwd === undefined ? {} : { cwd }),
  ...(uid === undefined ? {} : { uid }),
  ...(gid === undefined ? {} : { gid }),
})

/** Runs a command to its end and gives its output; throws with the end of its errors when it fails. */
export const run = async (
  command: string,
  args: readonly string[],
  options: ChildOptions = {},
): Promise<string> => {
  const child = spawn(command, args, {
    ...userOf(options),
    env: environmentOf(options),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output: Buffer[] = []
  const errors: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
  const [code] = await once(child, 'close')
  if (code === 0) return Buffer.concat(output).toString()
  const said = Buffer.concat([...errors, ...output]).toString()
  throw new Error(`${command} ${args[0] ?? ''} failed with ${code}: ${said.slice(-TAIL)}`)
}

/** A server process, started and watched. Everything it prints is in its log file. */
export class ServerProcess {
  readonly pid: number
  readonly #log: string
  readonly #ended: Promise<unknown>
  #alive = true

  private constructor(pid: number, log: string, ended: Promise<unknown>) {
    this.pid = pid
    this.#log = log
    this.#ended = ended.then(() => {
      this.#alive = false
    })
  }

  static async start(
    command: string,
    args: readonly string[],
    log: string,
    options: ChildOptions = {},
  ): Promise<ServerProcess> {
    const output = openSync(log, 'a')
    try {
      const child = spawn(command, args, {
        ...userOf(options),
        env: environmentOf(options),
        // Its own process group: Ctrl-C in a terminal is for whoever uses the server, who then stops it.
        detached: true,
        stdio: ['ignore', output, output],
      })
      const ended = once(child, 'exit')
      ended.catch(() => undefined)
      await once(child, 'spawn')
      if (child.pid === undefined) throw new Error(`${command} has no process id`)
      return new ServerProcess(child.pid, log, ended)
    } finally {
      closeSync(output)
    }
  }

  /** Waits until `isReady` holds; throws when the process ends first or the time is over. */
  async waitUntil(isReady: () => Promise<boolean>, milliseconds = 30_000): Promise<void> {
    const deadline = performance.now() + milliseconds
    while (this.#alive && performance.now() < deadline) {
      if ((await isReady()) && this.#alive) return
      await Promise.race([delay(10), this.#ended])
    }
    const state = this.#alive ? `was not ready after ${milliseconds} ms` : 'ended at once'
    throw new Error(`the server ${state}: ${readFileSync(this.#log, 'utf8').slice(-TAIL)}`)
  }

  /** Sends the signal and waits for the end; a process that ignores it for ten seconds is killed. */
  async stop(signal: NodeJS.Signals): Promise<void> {
    if (!this.#alive) return
    process.kill(this.pid, signal)
    const patience = new AbortController()
    const ended = await Promise.race([
      this.#ended.then(() => true),
      delay(10_000, false, { signal: patience.signal }),
    ])
    patience.abort()
    if (!ended) process.kill(this.pid, 'SIGKILL')
    await this.#ended
  }
}
