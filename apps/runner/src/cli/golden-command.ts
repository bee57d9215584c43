import type { Command } from '@stricli/core'
import { buildCommand } from '@stricli/core'
import type { Cli } from './cli.ts'
import { docs, open, RUN_ARGUMENT } from './command-parts.ts'
import { COMMON_FLAGS } from './common-options.ts'
import type { GoldenFlags } from './flags.ts'
import { lazyCommand } from './lazy-command.ts'

export const golden: Command<Cli> = buildCommand<GoldenFlags, [string], Cli>({
  loader: lazyCommand(async () => (await import('../commands/golden.ts')).golden),
  docs: docs('Make a golden test of a run: a file for git that @mfm/testing verifies', [
    'mfm golden 3fa2c1d0',
    'mfm golden 3fa2c1d0 -o test/__golden__/audit.json',
  ]),
  parameters: {
    flags: open({
      ...COMMON_FLAGS,
      file: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'file',
        brief: 'File to write, ending in .json; by default __golden__ and the name of the workflow',
      },
      force: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Write over a file that says something else',
      },
    }),
    aliases: { o: 'file' },
    positional: RUN_ARGUMENT,
  },
})
