import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { JsonValue } from '@mfm/core-types'
import { collect } from '../cases/support/samples.ts'
import type { Harness } from '../harness.ts'

/** What a task module exports as `task`. What it says arrives at the parent in order; when it resolves, all is said. */
export type Task = (
  harness: Harness,
  given: JsonValue,
  say: (message: JsonValue) => void,
) => Promise<void>

/** How a process ended: one of the two is `null`. */
interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** Another process that runs one task on the same harness. */
export interface Child {
  readonly pid: number
  /** What the task says, as it says it; ends with the process. To be read once. */
  readonly messages: AsyncIterable<JsonValue>
  /** Resolves when the process is gone and everything it said can be read. */
  readonly exit: Promise<Exit>
  /** SIGKILL. */
  kill(): void
  /**
   * Everything it said, once it ended by itself.
   *
   * @throws Error with what it wrote to its standard error, where it failed or was killed
   */
  result(): Promise<readonly JsonValue[]>
}

export interface ChildOptions {
  /** The task's module: `taskModule(import.meta.url, './append.task')`. */
  readonly task: URL
  readonly given?: JsonValue | undefined
  /** Kills the child: {@link CaseContext.signal}, so that none outlives its case. */
  readonly signal: AbortSignal
  /** Flags of Node, besides those of this process. */
  readonly flags?: readonly string[] | undefined
}

/** A module beside another, in TypeScript where that is in TypeScript. `name` is relative and without its ending. */
export function taskModule(besideUrl: string, name: string): URL {
  return new URL(`${name}${besideUrl.endsWith('.ts') ? '.ts' : '.js'}`, besideUrl)
}

/** Starts a process that loads `harness.module` and runs a task with it. The case needs `processes`. */
export function startChild(
  harness: Harness,
  { task, given = null, signal, flags = [] }: ChildOptions,
): Child {
  if (harness.module === undefined)
    throw new Error('the harness names no module: the case needs processes')
  const program = fileURLToPath(taskModule(import.meta.url, './run-task'))
  const order = JSON.stringify({ harness: harness.module, task: task.href, given })
  const child = spawn(process.execPath, [...process.execArgv, ...flags, program, order], {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
    killSignal: 'SIGKILL',
  })
  const complaints: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text))
  const exited = Promise.withResolvers<Exit>()
  child.once('error', exited.reject)
  child.once('close', (code, killedBy) => exited.resolve({ code, signal: killedBy }))
  const exit = exited.promise
  exit.catch(() => undefined) // who waits for the exit hears of it
  const messages = messagesOf(new LineQueue(child.stdout))
  return {
    pid: child.pid ?? 0,
    messages,
    exit,
    kill: () => void child.kill('SIGKILL'),
    result: async () => {
      const all = await collect(messages)
      const { code, signal: killedBy } = await exit
      if (code === 0) return all
      throw new Error(`the child ended with ${code ?? killedBy}: ${complaints.join('')}`)
    },
  }
}

async function* messagesOf(lines: LineQueue): AsyncGenerator<JsonValue, void> {
  for (let line = await lines.take(); line !== undefined; line = await lines.take()) {
    // A line that a kill cut short was not said.
    if (line.endsWith(';')) yield JSON.parse(line.slice(0, -1)) as JsonValue // written by run-task
  }
}

/** The lines of a stream that is read at once, whoever takes them when: an unread pipe would keep the process. */
class LineQueue {
  readonly #lines: string[] = []
  #isEnded = false
  #wake: () => void = () => undefined

  constructor(stream: Readable) {
    const reader = createInterface({ input: stream })
    reader.on('line', (line) => {
      this.#lines.push(line)
      this.#wake()
    })
    reader.once('close', () => {
      this.#isEnded = true
      this.#wake()
    })
  }

  async take(): Promise<string | undefined> {
    while (this.#lines.length === 0 && !this.#isEnded) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.#lines.shift()
  }
}
