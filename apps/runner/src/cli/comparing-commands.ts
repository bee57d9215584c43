import type { Command } from '@stricli/core'
import { buildCommand } from '@stricli/core'
import type { Cli } from './cli.ts'
import { docs, open, REPLAY_FLAGS } from './command-parts.ts'
import { COMMON_ALIASES, COMMON_FLAGS, positiveInteger } from './common-options.ts'
import type { DiffFlags, VerifyFlags, WhyFlags } from './flags.ts'
import { lazyCommand } from './lazy-command.ts'

export const verify: Command<Cli> = buildCommand<VerifyFlags, [string | undefined], Cli>({
  loader: lazyCommand(async () => (await import('../commands/verify.ts')).verify),
  docs: docs('Replay a run and compare every event with the recording', [
    'mfm verify 3fa2c1d0',
    'mfm verify --all --output jsonl',
    'mfm verify 3fa2c1d0 --divergence allow-reordered',
  ]),
  parameters: {
    flags: open({
      ...REPLAY_FLAGS,
      all: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief:
          "Every finished run, a row for each; with --workflow, every one of that workflow's op",
      },
    }),
    aliases: COMMON_ALIASES,
    positional: {
      kind: 'tuple',
      parameters: [
        {
          parse: String,
          optional: true,
          placeholder: 'run',
          brief: 'Run id, or the beginning of one; none with --all',
        },
      ],
    },
  },
})

export const diff: Command<Cli> = buildCommand<DiffFlags, [string, string], Cli>({
  loader: lazyCommand(async () => (await import('../commands/diff.ts')).diff),
  docs: docs('Tell in what two runs differ, the first differing fact first', [
    'mfm diff 3fa2c1d0 9be0aa12',
    'mfm diff 3fa2c1d0 3fa2c1d0 --store-b sqlite:other.db --output json',
  ]),
  parameters: {
    flags: open({
      ...COMMON_FLAGS,
      'store-b': {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'url',
        brief: 'Where the second run is kept, all of it; by default where the first is',
      },
      limit: {
        kind: 'parsed',
        parse: positiveInteger,
        optional: true,
        placeholder: 'n',
        brief: 'Differences of one kind that are listed, default 100; the others are counted',
      },
    }),
    aliases: COMMON_ALIASES,
    positional: {
      kind: 'tuple',
      parameters: [
        { parse: String, placeholder: 'a', brief: 'Run id, or the beginning of one' },
        { parse: String, placeholder: 'b', brief: 'The run that it is compared with' },
      ],
    },
  },
})

export const why: Command<Cli> = buildCommand<WhyFlags, [string, string], Cli>({
  loader: lazyCommand(async () => (await import('../commands/why.ts')).why),
  docs: docs('Tell which states and facts a value of the context came from', [
    'mfm why 3fa2c1d0 /total/sum',
    'mfm why 3fa2c1d0 output --at shop.main.add',
  ]),
  parameters: {
    flags: open({
      ...COMMON_FLAGS,
      at: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'state',
        brief: 'As this state left the context; by default as the last one did',
      },
    }),
    aliases: COMMON_ALIASES,
    positional: {
      kind: 'tuple',
      parameters: [
        { parse: String, placeholder: 'run', brief: 'Run id, or the beginning of one' },
        {
          parse: String,
          placeholder: 'pointer',
          brief: "JSON Pointer into the context, such as /total/sum, or 'output' for the result",
        },
      ],
    },
  },
})
