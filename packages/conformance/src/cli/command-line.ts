import { parseArgs } from 'node:util'
import { decode, MfmError } from '@mfm/errors'
import { z } from 'zod'
import type { SuiteOptions } from '../run/suite-options.ts'

export const USAGE: string = `mfm-conformance run <harness> [options]
mfm-conformance list [--port <port>]

  <harness>            module whose default export is a harness, such as ./harness.ts
  --level <0-3>        highest level to run; default 3
  --port <port>        only events, artifacts or facts; may be repeated
  --case <id>          only this case; may be repeated
  --seed <number>      schedules, decimal or 0x; default 7
  --effort <number>    multiplies how often a case repeats what it repeats; default 1
  --timeout <ms>       longest that one case may take
  --report <folder>    writes conformance.json, conformance.md, junit.xml and badge.json there

Exit code 0: nothing failed. 1: a case failed. 2: wrong arguments, or a harness that is none or cannot open.`

export type Command =
  | { readonly command: 'help' }
  | { readonly command: 'list'; readonly options: SuiteOptions }
  | {
      readonly command: 'run'
      readonly harness: string
      readonly options: SuiteOptions
      readonly report: string | undefined
    }

const given = z.strictObject({
  level: z.coerce
    .number()
    .pipe(z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]))
    .optional(),
  port: z.array(z.enum(['events', 'artifacts', 'facts'])).optional(),
  case: z.array(z.string()).optional(),
  seed: z.coerce
    .number()
    .pipe(
      z
        .int()
        .min(0)
        .max(2 ** 32 - 1),
    )
    .optional(),
  effort: z.coerce.number().pipe(z.number().positive()).optional(),
  timeout: z.coerce.number().pipe(z.int().positive()).optional(),
  report: z.string().min(1).optional(),
})

/** @throws MfmError `invalid_option` */
export function parseCommandLine(args: readonly string[]): Command {
  const { positionals, values } = split(args)
  const [command, harness, ...others] = positionals
  if (values['help'] === true || command === undefined) return { command: 'help' }
  const { help: _, ...rest } = values
  const flags = decode(given, rest, 'invalid_option', { what: 'the command line' })
  const options: SuiteOptions = {
    level: flags.level,
    ports: flags.port,
    cases: flags.case,
    seed: flags.seed,
    effort: flags.effort,
    timeoutMs: flags.timeout,
  }
  if (command === 'list' && harness === undefined) return { command, options }
  if (command === 'run' && harness !== undefined && others.length === 0) {
    return { command, harness, options, report: flags.report }
  }
  throw new MfmError('invalid_option', { message: `not understood: ${positionals.join(' ')}` })
}

function split(args: readonly string[]): ReturnType<typeof parse> {
  try {
    return parse(args)
  } catch (cause) {
    throw new MfmError('invalid_option', { message: String(Object(cause).message), cause })
  }
}

function parse(args: readonly string[]): {
  readonly positionals: readonly string[]
  readonly values: Readonly<Record<string, unknown>>
} {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      level: { type: 'string' },
      port: { type: 'string', multiple: true },
      case: { type: 'string', multiple: true },
      seed: { type: 'string' },
      effort: { type: 'string' },
      timeout: { type: 'string' },
      report: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
}
