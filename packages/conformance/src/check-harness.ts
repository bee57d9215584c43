import { decode } from '@mfm/errors'
import { z } from 'zod'
import type { Backdoor, Exception, Harness, HarnessLimits } from './harness.ts'
import { CONTRACT } from './harness.ts'

type AnyFunction = (...given: never[]) => unknown

const aFunction = z.custom<AnyFunction>(
  (value) => typeof value === 'function',
  'expected a function',
)
const count = z.int().positive()

const limits: z.ZodType<HarnessLimits> = z.strictObject({ artifactBytes: count.optional() })

const BACKDOOR_PARTS = [
  'readArtifact',
  'writeArtifact',
  'artifactVersion',
  'leftovers',
  'streamFingerprint',
  'damageEvents',
  'seedHead',
  'wipeFacts',
  'writeFact',
  'factsExpire',
  'contents',
  'connections',
] as const satisfies readonly (keyof Backdoor)[]

const backdoor = z.strictObject(
  Object.fromEntries(BACKDOOR_PARTS.map((part) => [part, aFunction.optional()])),
)

function exceptions(known: ReadonlySet<string>): z.ZodType<readonly Exception[]> {
  const one = z.strictObject({
    case: z.string().refine((id) => known.has(id), 'no case of the suite has this id'),
    reason: z.string().trim().min(10, 'say why, in a sentence'),
    issue: z.string().optional(),
  })
  return z
    .array(one)
    .refine(
      (all) => new Set(all.map((exception) => exception.case)).size === all.length,
      'names a case twice',
    )
}

const [major] = CONTRACT.split('.')

function harnessSchema(known: ReadonlySet<string>): z.ZodType<unknown> {
  const fields = z.strictObject({
    name: z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected a package name without its scope'),
    version: z.string().regex(/^\d+\.\d+\.\d+/, 'expected a version such as 1.4.0'),
    contract: z
      .string()
      .regex(new RegExp(`^${major}\\.(x|\\d+)$`), `this kit checks contract ${CONTRACT}`),
    ports: z
      .array(z.enum(['events', 'artifacts', 'facts']))
      .min(1, 'name at least one port')
      .refine((ports) => new Set(ports).size === ports.length, 'names a port twice'),
    open: aFunction,
    destroy: aFunction,
    isShared: z.boolean(),
    isEmbedded: z.boolean().optional(),
    backdoor: backdoor.optional(),
    server: aFunction.optional(),
    restartServer: aFunction.optional(),
    module: z.string().min(1).optional(),
    close: aFunction.optional(),
    limits: limits.optional(),
    openWithCredentials: aFunction.optional(),
    wrongOptions: z.array(aFunction).min(1).optional(),
    exceptions: exceptions(known).optional(),
  })
  return fields.refine(
    ({ isEmbedded, server, restartServer }) =>
      isEmbedded !== true || (server === undefined && restartServer === undefined),
    { path: ['isEmbedded'], message: 'an embedded backend has no server' },
  )
}

/**
 * The harness as it was given, once it is known to be one. An unknown field is a problem, and so is an exception for
 * a case that does not exist.
 *
 * @throws MfmError `invalid_option` with `details.problems`, a pointer each
 */
export function checkHarness(harness: unknown, caseIds: Iterable<string>): Harness {
  decode(harnessSchema(new Set(caseIds)), harness, 'invalid_option', { what: 'the harness' })
  return harness as Harness // just checked; not the decoded copy, whose functions would have lost their object
}
