import { readFile } from 'node:fs/promises'
import type { Application, ApplicationText } from '@stricli/core'
import {
  buildApplication,
  buildRouteMap,
  text_en as english,
  formatMessageForArgumentScannerError,
  help,
  version,
} from '@stricli/core'
import type { Cli } from './cli.ts'
import {
  doctor,
  events,
  exportRuns,
  importRuns,
  replay,
  resume,
  run,
  runs,
  scan,
  show,
} from './commands.ts'
import { diff, verify, why } from './comparing-commands.ts'
import { fork } from './forking-commands.ts'
import { golden } from './golden-command.ts'
import { UsageError } from './usage-error.ts'

const DESCRIPTION = `mfm records every outside input of a workflow once, resumes it after any crash, and replays it anywhere.

EXAMPLES
  mfm run hello.workflow.ts --input '"Ada"'
  mfm verify 3fa2c1d0
  mfm run --help

EXIT CODES
  0    done                              5    the store cannot be used
  1    the run failed, or differs        6    conflict: exists, or was changed
  2    wrong usage, input or workflow    7    --command-timeout passed
  3    diverged, or facts are missing    130  interrupted (143 terminated)
  4    not found`

/** Parses a command line and runs what it names. Everything that goes wrong is thrown. */
export function buildCli(argv: readonly string[]): Application<Cli> {
  const routes = {
    run,
    resume,
    runs,
    show,
    events,
    replay,
    verify,
    diff,
    why,
    fork,
    export: exportRuns,
    import: importRuns,
    scan,
    golden,
    doctor,
  }
  const formatting = {
    caseStyle: 'original',
    onlyRequiredInUsageLine: true,
    useAliasInUsageLine: false,
  } as const
  return buildApplication<Cli>(
    buildRouteMap({
      // Without a prototype, or `mfm constructor` would be a command.
      routes: Object.assign(Object.create(null) as typeof routes, routes),
      docs: { brief: 'Reproducible workflow runs', fullDescription: DESCRIPTION },
    }),
    {
      name: 'mfm',
      scanner: { caseStyle: 'original', distanceOptions: TYPOS },
      documentation: formatting,
      localization: { text: textFor(argv) },
    },
    {
      help: help({
        brief: 'Show this help',
        alias: 'h',
        defaultForRouteMap: true,
        formatting,
      }),
      version: version({
        brief: 'Show the version',
        alias: 'v',
        info: { getCurrentVersion: readVersion },
      }),
    },
  )
}

/** How unlike a known name a mistyped one may be, weighed as git does. */
const TYPOS = {
  threshold: 4,
  weights: { insertion: 1, deletion: 3, substitution: 2, transposition: 0 },
} as const

function textFor(argv: readonly string[]): ApplicationText {
  const rethrow = (error: unknown): never => {
    throw error
  }
  return {
    ...english,
    noCommandRegisteredForInput: ({ input, corrections }) => {
      const isOption = input.startsWith('-')
      throw new UsageError(
        `${JSON.stringify(input)} is not a command${didYouMean(isOption ? [] : corrections)}`,
        isOption
          ? 'Options stand behind the command: mfm <command> --option.'
          : "See 'mfm --help' for the commands.",
      )
    },
    exceptionWhileParsingArguments: (error) => {
      const help = `See 'mfm ${argv[0]} --help'.`
      throw new UsageError(parsingProblem(error), help)
    },
    exceptionWhileRunningIntegrationFlag: ({ exception, integration }) => {
      if (['help', 'version'].includes(integration)) throw exception
      throw new UsageError(`unknown option ${argv[0]}`, "See 'mfm --help'.")
    },
    exceptionWhileLoadingCommandFunction: rethrow,
    exceptionWhileLoadingCommandContext: rethrow,
    exceptionWhileRunningCommand: rethrow,
    commandErrorResult: rethrow,
  }
}

function parsingProblem(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return formatMessageForArgumentScannerError(
    error as Parameters<typeof formatMessageForArgumentScannerError>[0],
    {
      FlagNotFoundError: ({ input, corrections }) =>
        `unknown option --${input}${didYouMean(corrections.map((name) => `--${name}`))}`,
      AliasNotFoundError: ({ input }) => `unknown option -${input}`,
      ArgumentParseError: ({ externalFlagNameOrPlaceholder, input, exception }) => {
        const why = exception instanceof Error ? exception.message : String(exception)
        return `--${externalFlagNameOrPlaceholder} is ${JSON.stringify(input)}: ${why}`
      },
      EnumValidationError: ({ externalFlagName, input, values }) =>
        `--${externalFlagName} is ${JSON.stringify(input)}: expected ${values.join(', ')}`,
      UnsatisfiedFlagError: ({ externalFlagName }) => `--${externalFlagName} needs a value`,
      UnexpectedPositionalError: ({ input }) => `unexpected argument ${JSON.stringify(input)}`,
      UnsatisfiedPositionalError: ({ placeholder }) => `the argument <${placeholder}> is missing`,
      UnexpectedFlagError: ({ externalFlagName }) => `--${externalFlagName} is given twice`,
    },
  )
}

function didYouMean(names: readonly string[]): string {
  return names.length === 0 ? '' : `; did you mean ${names.join(' or ')}?`
}

async function readVersion(): Promise<string> {
  const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  const { version: current }: { version: string } = JSON.parse(manifest)
  return current
}
