import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A program of this folder in a process of its own, which says lines of JSON. */
export class Child implements AsyncDisposable {
  readonly process: ChildProcess
  readonly #lines: AsyncIterator<string>
  readonly #ended: Promise<unknown[]>

  /** @param before shell commands that the process inherits the effect of */
  constructor(program: string, args: readonly string[], before = ':') {
    const command = [
      process.execPath,
      '--conditions=@mfm/source',
      join(import.meta.dirname, program),
    ]
    this.process = spawn('sh', ['-c', `${before}; exec "$@"`, 'sh', ...command, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#ended = once(this.process, 'close')
    const { stdout } = this.process
    if (stdout === null) throw new Error('the child has no output')
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]()
  }

  /** The next line, or `undefined` at the end. */
  async next(): Promise<unknown> {
    const { value, done } = await this.#lines.next()
    return done === true ? undefined : JSON.parse(value)
  }

  async rest(): Promise<unknown[]> {
    const lines: unknown[] = []
    for (let line = await this.next(); line !== undefined; line = await this.next())
      lines.push(line)
    return lines
  }

  /** Kills it where it still runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill('SIGKILL')
    await this.#ended
  }

  /** Resolves to exit code and signal. */
  async ended(): Promise<unknown[]> {
    return await this.#ended
  }
}
