import type { DifferenceKind, RunResult } from '@mfm/engine'
import type { ErrorKind, MfmError } from '@mfm/errors'

/** What the process tells its caller. Scripts branch on these; a number never gets another meaning. */
export const EXIT = {
  /** It worked; a verification found everything the same. */
  done: 0,
  /** The run failed, or something differs. */
  failed: 1,
  /** The command line, the input, the configuration or the workflow is wrong. */
  usage: 2,
  /** A replay diverged, or facts are missing. */
  diverged: 3,
  notFound: 4,
  /** The store cannot be used now. */
  unavailable: 5,
  /** The run exists, or somebody else changed it. */
  conflict: 6,
  /** `--command-timeout` passed. */
  timeout: 7,
  /** 128 and the number of the signal, as shells count. */
  interrupted: 130,
  terminated: 143,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Exhaustive: a kind that is added to the errors does not compile until it has an exit code. */
export const EXIT_CODE_BY_KIND: Readonly<Record<ErrorKind, ExitCode>> = Object.freeze({
  invalid_input: EXIT.usage,
  invalid_plan: EXIT.usage,
  secret: EXIT.usage,
  too_large: EXIT.usage,
  unsupported: EXIT.usage,
  missing_fact: EXIT.diverged,
  missing_fact_key: EXIT.diverged,
  diverged: EXIT.diverged,
  not_found: EXIT.notFound,
  unavailable: EXIT.unavailable,
  concurrency: EXIT.conflict,
  conflict: EXIT.conflict,
  timeout: EXIT.timeout,
  cancelled: EXIT.failed,
  closed: EXIT.failed,
  corruption: EXIT.failed,
  other: EXIT.failed,
  rate_limited: EXIT.failed,
  transport: EXIT.failed,
})

/** A store that does not answer cannot be used now; 7 is for the time limit of the command. */
export function exitCodeOf({ code, kind }: Pick<MfmError, 'code' | 'kind'>): ExitCode {
  return code === 'store_timeout' ? EXIT.unavailable : EXIT_CODE_BY_KIND[kind]
}

/** Calls and plans that are not those of the recording are a divergence; what came out otherwise is a difference. */
export const EXIT_CODE_BY_DIFFERENCE: Readonly<Record<DifferenceKind, ExitCode>> = Object.freeze({
  missing: EXIT.diverged,
  exhausted: EXIT.diverged,
  diverged: EXIT.diverged,
  refused: EXIT.diverged,
  unused: EXIT.diverged,
  order_changed: EXIT.diverged,
  ambient: EXIT.diverged,
  plan_changed: EXIT.diverged,
  input_changed: EXIT.failed,
  output_changed: EXIT.failed,
  context_changed: EXIT.failed,
  outcome_changed: EXIT.failed,
  event_changed: EXIT.failed,
})

/** Of a run that nobody stopped. */
export const EXIT_CODE_BY_PHASE: Readonly<Record<RunResult['phase'], ExitCode>> = Object.freeze({
  completed: EXIT.done,
  failed: EXIT.failed,
  cancelled: EXIT.failed,
  running: EXIT.failed,
})
