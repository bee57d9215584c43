import type { TypedCommandFlagParameters } from '@stricli/core'
import type { Port } from '../stores/backend.ts'
import type { Cli, Environment, OutputFormat } from './cli.ts'
import type { CommonFlags } from './flags.ts'
import { UsageError } from './usage-error.ts'

const FORMATS: readonly OutputFormat[] = ['text', 'json', 'jsonl']

type StoreFlag = TypedCommandFlagParameters<CommonFlags, Cli>['flags']['store']

const storeFlag = (port: Port): StoreFlag => ({
  kind: 'parsed',
  parse: String,
  optional: true,
  placeholder: 'url',
  brief: `Where ${port} are kept, if not in the store; env MFM_${port.toUpperCase()}, config ${port}`,
})

export const COMMON_FLAGS: TypedCommandFlagParameters<CommonFlags, Cli>['flags'] = {
  output: {
    kind: 'enum',
    values: FORMATS,
    optional: true,
    brief: 'How data is written; env MFM_OUTPUT, default text',
  },
  store: {
    kind: 'parsed',
    parse: String,
    optional: true,
    placeholder: 'url',
    brief: 'Where runs are kept; env MFM_STORE, config store, default sqlite:.mfm/runs.db',
  },
  events: storeFlag('events'),
  artifacts: storeFlag('artifacts'),
  facts: storeFlag('facts'),
  verbose: {
    kind: 'boolean',
    optional: true,
    withNegated: false,
    brief: 'Show causes and stacks of errors; env MFM_VERBOSE=1',
  },
  'command-timeout': {
    kind: 'parsed',
    parse: positiveInteger,
    optional: true,
    placeholder: 'ms',
    brief: 'Give up after this time, with exit code 7; env MFM_COMMAND_TIMEOUT',
  },
}

export const COMMON_ALIASES = { o: 'output' } as const

/** @throws Error whose message is shown to the user */
export function positiveInteger(text: string): number {
  const value = wholeNumber(text)
  if (value !== undefined) return value
  throw new Error('expected a whole number from 1')
}

/** Puts the common options into effect: flag, else environment, else default. */
export function applyCommonFlags(cli: Cli, flags: CommonFlags): void {
  cli.format = flags.output ?? formatFromEnvironment(cli.env) ?? 'text'
  cli.verbose = flags.verbose ?? isVerbose(cli.env)
  const timeout = flags['command-timeout'] ?? integerFromEnvironment(cli.env, 'MFM_COMMAND_TIMEOUT')
  if (timeout !== undefined) cli.stop.stopAfter(timeout)
}

/**
 * The options that decide how an error looks, read before anything can go wrong. Takes what it understands and
 * leaves complaints to the real parser.
 */
export function applyEarly(cli: Cli, argv: readonly string[]): void {
  cli.verbose = argv.includes('--verbose') || isVerbose(cli.env)
  const given = argv.flatMap((arg, index) => {
    if (arg === '--output' || arg === '-o') return [argv[index + 1]]
    return /^(?:--output|-o)=(.+)$/.exec(arg)?.slice(1) ?? []
  })
  // `-o` of an export names a file.
  const asked = given.filter(isFormat).at(-1) ?? cli.env['MFM_OUTPUT']
  cli.format = FORMATS.find((format) => format === asked) ?? 'text'
}

function isFormat(text: string | undefined): boolean {
  return FORMATS.some((format) => format === text)
}

function formatFromEnvironment(env: Environment): OutputFormat | undefined {
  const given = env['MFM_OUTPUT']
  if (given === undefined || given === '') return undefined
  const format = FORMATS.find((known) => known === given)
  if (format !== undefined) return format
  throw new UsageError(`MFM_OUTPUT is ${JSON.stringify(given)}: expected text, json or jsonl`)
}

export function integerFromEnvironment(env: Environment, name: string): number | undefined {
  const given = env[name]
  if (given === undefined || given === '') return undefined
  const value = wholeNumber(given)
  if (value !== undefined) return value
  throw new UsageError(`${name} is ${JSON.stringify(given)}: expected a whole number from 1`)
}

/** @throws Error whose message is shown to the user */
export function byteCount(text: string): number {
  const value = text === '0' ? 0 : wholeNumber(text)
  if (value !== undefined) return value
  throw new Error('expected a whole number of bytes')
}

function wholeNumber(text: string): number | undefined {
  const value = Number(text)
  return /^\d+$/.test(text) && Number.isSafeInteger(value) && value > 0 ? value : undefined
}

function isVerbose(env: Environment): boolean {
  return ['1', 'true'].includes(env['MFM_VERBOSE'] ?? '')
}
