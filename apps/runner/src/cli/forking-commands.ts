import type { Command } from '@stricli/core'
import { buildCommand } from '@stricli/core'
import type { Cli } from './cli.ts'
import { AMBIENT_FLAG, docs, open, RUN_ARGUMENT } from './command-parts.ts'
import { COMMON_ALIASES, COMMON_FLAGS } from './common-options.ts'
import type { ForkFlags } from './flags.ts'
import { DIVERGENCE_VALUES } from './flags.ts'
import { lazyCommand } from './lazy-command.ts'

export const fork: Command<Cli> = buildCommand<ForkFlags, [string], Cli>({
  loader: lazyCommand(async () => (await import('../commands/fork.ts')).fork),
  docs: docs('Run a workflow again from a state of a run on, with changes, as a new run', [
    "mfm fork 3fa2c1d0 --at report --set-context 'limit=3'",
    'mfm fork 3fa2c1d0 --at ask --set-fact \'ask#0={"celsius":40}\'',
    'mfm fork 3fa2c1d0 --at ask --with audit-v2.workflow.ts --live',
  ]),
  parameters: {
    flags: open({
      ...COMMON_FLAGS,
      ...AMBIENT_FLAG,
      at: {
        kind: 'parsed',
        parse: String,
        placeholder: 'state',
        brief: 'First state to run again: its id, or the last part of it',
      },
      'set-fact': {
        kind: 'parsed',
        parse: String,
        optional: true,
        variadic: true,
        placeholder: 'fact=json',
        brief: 'Replace a recorded answer: by key, beginning of a key, or state#ordinal',
      },
      'set-context': {
        kind: 'parsed',
        parse: String,
        optional: true,
        variadic: true,
        placeholder: 'key=json',
        brief: 'Set a context key in what the fork begins with',
      },
      with: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'file',
        brief: 'Workflow file or name to run, where the one that the run names is not to be used',
      },
      live: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Perform and record calls that the run did not record; without it they end the fork',
      },
      divergence: {
        kind: 'enum',
        values: DIVERGENCE_VALUES,
        optional: true,
        brief: "Divergence policy of the new run, where the run's is not to be used",
      },
      'run-id': {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'uuid',
        brief: 'Id of the new run; a random one by default',
      },
    }),
    aliases: COMMON_ALIASES,
    positional: RUN_ARGUMENT,
  },
})
