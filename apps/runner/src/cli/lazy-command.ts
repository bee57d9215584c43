import type { BaseArgs, BaseFlags, CommandFunction } from '@stricli/core'
import type { ExitCode } from '../process/exit-codes.ts'
import type { Cli } from './cli.ts'
import { applyCommonFlags } from './common-options.ts'
import type { CommonFlags } from './flags.ts'

/** What a file in `commands/` exports. Throws for what it refuses; the error decides the exit code. */
export type CommandBody<Flags extends CommonFlags, Args extends BaseArgs> = (
  cli: Cli,
  flags: Flags,
  ...args: Args
) => Promise<ExitCode>

/** A command whose code is loaded when it is called, so that help stays quick. */
export function lazyCommand<Flags extends CommonFlags & BaseFlags, Args extends BaseArgs>(
  load: () => Promise<CommandBody<Flags, Args>>,
): () => Promise<CommandFunction<Flags, Args, Cli>> {
  return async () =>
    async function (this: Cli, flags: Flags, ...args: Args): Promise<void> {
      applyCommonFlags(this, flags)
      const body = await load()
      this.process.exitCode = await body(this, flags, ...args)
    }
}
