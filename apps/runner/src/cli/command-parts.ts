import type { TypedCommandFlagParameters, TypedCommandParameters } from '@stricli/core'
import type { Cli } from './cli.ts'
import { COMMON_FLAGS } from './common-options.ts'
import type { AmbientFlags, CodeFlags, InputFlags, ReplayFlags } from './flags.ts'
import { DIVERGENCE_VALUES } from './flags.ts'

interface Positional {
  readonly parse: (text: string) => string
  readonly placeholder: string
  readonly brief: string
}

/** What every command that is about one run takes. */
export const RUN_ARGUMENT: { readonly kind: 'tuple'; readonly parameters: readonly [Positional] } =
  {
    kind: 'tuple',
    parameters: [{ parse: String, placeholder: 'run', brief: 'Run id, or the beginning of one' }],
  }

export const AMBIENT_FLAG: TypedCommandFlagParameters<AmbientFlags, Cli>['flags'] = {
  ambient: {
    kind: 'enum',
    values: ['warn', 'refuse', 'off'],
    optional: true,
    brief:
      'What to do where a state takes outside input past its io; by default live runs warn, replays refuse',
  },
}

export const CODE_FLAGS: TypedCommandParameters<CodeFlags, [string], Cli>['flags'] = open({
  ...COMMON_FLAGS,
  ...AMBIENT_FLAG,
  workflow: {
    kind: 'parsed',
    parse: String,
    optional: true,
    placeholder: 'file',
    brief: 'Workflow file or name, where the one that the run names is not to be used',
  },
})

/** Of commands that hold today's code against a run. */
export const REPLAY_FLAGS: TypedCommandParameters<ReplayFlags, [string], Cli>['flags'] = open({
  ...CODE_FLAGS,
  divergence: {
    kind: 'enum',
    values: DIVERGENCE_VALUES,
    optional: true,
    brief: 'Divergence policy, whatever the run, its states and their calls say',
  },
})

/** Of commands that start a run. */
export const INPUT_FLAGS: Pick<
  TypedCommandFlagParameters<InputFlags, Cli>['flags'],
  'input' | 'input-file'
> = {
  input: {
    kind: 'parsed',
    parse: String,
    optional: true,
    placeholder: 'json',
    brief: 'Input of the workflow, as JSON',
  },
  'input-file': {
    kind: 'parsed',
    parse: String,
    optional: true,
    placeholder: 'file',
    brief: 'File that holds the input as JSON; - reads standard input',
  },
}

export function docs(
  brief: string,
  examples: readonly string[],
): { readonly brief: string; readonly fullDescription: string } {
  const lines = examples.map((example) => `  ${example}`)
  return { brief, fullDescription: [`${brief}.`, '', 'EXAMPLES', ...lines].join('\n') }
}

/** The parser looks names up as members; without a prototype `--constructor` is unknown, as it should be. */
export function open<T extends object>(record: T): T {
  return Object.assign(Object.create(null), record)
}
