import type { Command } from '@stricli/core'
import { buildCommand } from '@stricli/core'
import type { Cli } from './cli.ts'
import {
  AMBIENT_FLAG,
  CODE_FLAGS,
  docs,
  INPUT_FLAGS,
  open,
  REPLAY_FLAGS,
  RUN_ARGUMENT,
} from './command-parts.ts'
import { byteCount, COMMON_ALIASES, COMMON_FLAGS, positiveInteger } from './common-options.ts'
import type {
  CodeFlags,
  CommonFlags,
  DoctorFlags,
  EventsFlags,
  ExportFlags,
  ImportFlags,
  RunFlags,
  RunsFlags,
  TimedReplayFlags,
} from './flags.ts'
import { lazyCommand } from './lazy-command.ts'

export const run: Command<Cli> = buildCommand<RunFlags, [string], Cli>({
  loader: lazyCommand(async () => (await import('../commands/run.ts')).run),
  docs: docs('Start a run of a workflow and follow it to its end', [
    'mfm run audit.workflow.ts --input \'{"package":"left-pad"}\'',
    'cat input.json | mfm run dependency-audit --input-file - --output json',
  ]),
  parameters: {
    flags: open({
      ...COMMON_FLAGS,
      ...INPUT_FLAGS,
      ...AMBIENT_FLAG,
      'run-id': {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'uuid',
        brief: 'Id of the new run, for callers that must not start twice; a random one by default',
      },
    }),
    aliases: COMMON_ALIASES,
    positional: {
      kind: 'tuple',
      parameters: [
        {
          parse: String,
          placeholder: 'workflow',
          brief: 'File whose default export is a workflow, or a name from mfm.config.json',
        },
      ],
    },
  },
})

export const resume: Command<Cli> = buildCommand<CodeFlags, [string], Cli>({
  loader: lazyCommand(async () => (await import('../commands/resume.ts')).resume),
  docs: docs('Continue a run from its last durable event', ['mfm resume 3fa2c1d0']),
  parameters: { flags: CODE_FLAGS, aliases: COMMON_ALIASES, positional: RUN_ARGUMENT },
})

export const runs: Command<Cli> = buildCommand<RunsFlags, [], Cli>({
  loader: lazyCommand(async () => (await import('../commands/runs.ts')).runs),
  docs: docs('List runs, the latest first', [
    'mfm runs --phase failed --limit 5',
    'mfm runs --output jsonl',
  ]),
  parameters: {
    flags: open({
      ...COMMON_FLAGS,
      limit: {
        kind: 'parsed',
        parse: positiveInteger,
        optional: true,
        placeholder: 'n',
        brief: 'At most this many runs, up to 1000; env MFM_LIMIT, default 20',
      },
      phase: {
        kind: 'enum',
        values: ['recording', 'running', 'completed', 'failed', 'cancelled'],
        optional: true,
        brief: 'Only runs in this phase',
      },
      op: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'id',
        brief: 'Only runs of this op',
      },
      cursor: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'cursor',
        brief: 'Continue where a page before ended',
      },
    }),
    aliases: COMMON_ALIASES,
  },
})

export const show: Command<Cli> = buildCommand<CommonFlags, [string], Cli>({
  loader: lazyCommand(async () => (await import('../commands/show.ts')).show),
  docs: docs('Show how a run stands: states, facts, failure, context', ['mfm show 3fa2c1d0']),
  parameters: { flags: open(COMMON_FLAGS), aliases: COMMON_ALIASES, positional: RUN_ARGUMENT },
})

export const events: Command<Cli> = buildCommand<EventsFlags, [string], Cli>({
  loader: lazyCommand(async () => (await import('../commands/events.ts')).events),
  docs: docs('Write the events of a run in their order', [
    'mfm events 3fa2c1d0 --from 10 --to 20',
    'mfm events 3fa2c1d0 --output jsonl | jq \'select(.event.type == "fact_recorded")\'',
  ]),
  parameters: {
    flags: open({
      ...COMMON_FLAGS,
      from: {
        kind: 'parsed',
        parse: positiveInteger,
        optional: true,
        placeholder: 'seq',
        brief: 'First event, counted from 1',
      },
      to: {
        kind: 'parsed',
        parse: positiveInteger,
        optional: true,
        placeholder: 'seq',
        brief: 'Last event',
      },
    }),
    aliases: COMMON_ALIASES,
    positional: RUN_ARGUMENT,
  },
})

export const replay: Command<Cli> = buildCommand<TimedReplayFlags, [string], Cli>({
  loader: lazyCommand(async () => (await import('../commands/replay.ts')).replay),
  docs: docs("Execute today's code on the facts of a run: no network, nothing written", [
    'mfm replay 3fa2c1d0 --workflow audit.workflow.ts',
  ]),
  parameters: {
    flags: {
      ...REPLAY_FLAGS,
      timing: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Let the parts of streamed answers come as far apart as they did; else at once',
      },
    },
    aliases: COMMON_ALIASES,
    positional: RUN_ARGUMENT,
  },
})

export const exportRuns: Command<Cli> = buildCommand<ExportFlags, string[], Cli>({
  loader: lazyCommand(async () => (await import('../commands/export.ts')).exportRuns),
  docs: docs('Write runs, with all that they reach, to one file', [
    'mfm export 3fa2c1d0 -o run.mfm',
    'mfm export 3fa2c1d0 -o - | ssh there mfm import -',
  ]),
  parameters: {
    flags: open({
      ...COMMON_FLAGS,
      file: {
        kind: 'parsed',
        parse: String,
        placeholder: 'file',
        brief: 'File to write; - writes to standard output',
      },
      'omit-bodies-above': {
        kind: 'parsed',
        parse: byteCount,
        optional: true,
        placeholder: 'bytes',
        brief:
          'Leave out payloads and attachments that are larger; the run cannot be replayed then',
      },
      'allow-secrets': {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Export what looks like a secret instead of refusing it',
      },
    }),
    aliases: { o: 'file' },
    positional: {
      kind: 'array',
      minimum: 1,
      parameter: { parse: String, placeholder: 'run', brief: 'Run id, or the beginning of one' },
    },
  },
})

export const importRuns: Command<Cli> = buildCommand<ImportFlags, [string], Cli>({
  loader: lazyCommand(async () => (await import('../commands/import.ts')).importRuns),
  docs: docs('Take the runs of a file into the store, to look at, replay and continue them', [
    'mfm import run.mfm --store sqlite:other.db',
  ]),
  parameters: {
    flags: open({
      ...COMMON_FLAGS,
      'max-bytes': {
        kind: 'parsed',
        parse: positiveInteger,
        optional: true,
        placeholder: 'bytes',
        brief: 'Refuse a larger file; default 8 GiB',
      },
      'max-document-bytes': {
        kind: 'parsed',
        parse: positiveInteger,
        optional: true,
        placeholder: 'bytes',
        brief: 'Refuse a larger document in it; default 64 MiB',
      },
      'max-entries': {
        kind: 'parsed',
        parse: positiveInteger,
        optional: true,
        placeholder: 'n',
        brief: 'Refuse more events and documents; default 2000000',
      },
    }),
    aliases: COMMON_ALIASES,
    positional: {
      kind: 'tuple',
      parameters: [
        { parse: String, placeholder: 'file', brief: 'Bundle to read; - reads standard input' },
      ],
    },
  },
})

export const scan: Command<Cli> = buildCommand<CommonFlags, [string], Cli>({
  loader: lazyCommand(async () => (await import('../commands/scan.ts')).scan),
  docs: docs('Look for secrets in a run or a bundle; exit 1 where something looks like one', [
    'mfm scan 3fa2c1d0',
    'mfm scan ./run.mfm',
  ]),
  parameters: {
    flags: open(COMMON_FLAGS),
    aliases: COMMON_ALIASES,
    positional: {
      kind: 'tuple',
      parameters: [
        {
          parse: String,
          placeholder: 'run|file',
          brief: 'Run, or bundle file; - is standard input',
        },
      ],
    },
  },
})

export const doctor: Command<Cli> = buildCommand<DoctorFlags, [], Cli>({
  loader: lazyCommand(async () => (await import('../commands/doctor.ts')).doctor),
  docs: docs('Tell what the stores of a configuration are, promise and lack', [
    'mfm doctor --events postgres://db/mfm --artifacts s3://bucket/runs --facts redis://cache',
    'mfm doctor --determinism audit.workflow.ts --input \'{"package":"left-pad"}\'',
  ]),
  parameters: {
    flags: open({
      ...COMMON_FLAGS,
      determinism: {
        kind: 'parsed',
        parse: String,
        optional: true,
        placeholder: 'workflow',
        brief: 'Run this workflow once, in memory, and tell whether its replays come out the same',
      },
      ...INPUT_FLAGS,
    }),
    aliases: COMMON_ALIASES,
  },
})
