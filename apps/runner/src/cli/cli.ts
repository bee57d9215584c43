import type { CommandContext, StricliProcess } from '@stricli/core'
import { CommandStop } from '../process/command-stop.ts'
import { DataStream, NoteStream } from '../process/streams.ts'

export type OutputFormat = 'text' | 'json' | 'jsonl'

export type Environment = Readonly<Record<string, string | undefined>>

/** All that a command may know and touch of the process that it runs in. */
export class Cli implements CommandContext {
  readonly env: Environment
  readonly cwd: string
  readonly stdin: AsyncIterable<Uint8Array>
  readonly stdout: DataStream
  readonly stderr: NoteStream
  readonly stop: CommandStop = new CommandStop()
  readonly process: StricliProcess
  format: OutputFormat = 'text'
  /** Shows causes and stacks of errors. */
  verbose = false
  #help = ''

  constructor(process: NodeJS.Process) {
    this.env = process.env
    this.cwd = process.cwd()
    this.stdin = process.stdin
    this.stdout = new DataStream(process.stdout)
    this.stderr = new NoteStream(process.stderr)
    const isColoured = this.stdout.paint('strong', '-') !== '-'
    // The parser writes help and version without waiting; they are kept until they can be awaited.
    this.process = {
      env: {},
      stdout: {
        write: (text) => {
          this.#help += text
        },
        getColorDepth: () => (isColoured ? 4 : 1),
      },
      stderr: { write: (text) => this.stderr.raw(text) },
    }
  }

  async writeHelp(): Promise<void> {
    await this.stdout.write(this.#help)
  }
}
