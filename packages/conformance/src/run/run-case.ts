import type { CaseContext, ConformanceCase, Level } from '../case.ts'
import type { Exception, Harness, OpenedStores, OpenOptions } from '../harness.ts'
import type { CaseResult, Outcome } from './case-result.ts'
import { ProcessWatch } from './process-watch.ts'
import { Scopes } from './scopes.ts'
import { seededRandom } from './seeded-random.ts'

export interface RunOptions {
  /** Chooses the schedules; 0 to 2^32 - 1, default 7. */
  readonly seed?: number | undefined
  /** Multiplies how often a case repeats what it repeats; default 1. */
  readonly effort?: number | undefined
  /** Longest that one case may take; by level where absent, times the effort where that is more than 1. */
  readonly timeoutMs?: number | undefined
}

export const DEFAULT_SEED = 7

const LEVEL_MILLIS: Readonly<Record<Level, number>> = {
  0: 60_000,
  1: 120_000,
  2: 180_000,
  3: 300_000,
}

/** The time that {@link runCase} gives to a case. */
export function timeoutOf({ level }: ConformanceCase, options: RunOptions = {}): number {
  return options.timeoutMs ?? LEVEL_MILLIS[level] * Math.max(options.effort ?? 1, 1)
}

/**
 * Runs one case on fresh scopes and cleans up behind it. What the harness cannot exercise is for `selectCases` to
 * say; here it would fail. Never rejects.
 */
export async function runCase(
  harness: Harness,
  conformanceCase: ConformanceCase,
  options: RunOptions = {},
): Promise<CaseResult> {
  const started = performance.now()
  const notes: string[] = []
  const problems = await problemsOf(harness, conformanceCase, { ...options, notes })
  const exception = harness.exceptions?.find(({ case: id }) => id === conformanceCase.id)
  const outcome = judge(problems, exception)
  return { ...outcome, case: conformanceCase, notes, millis: performance.now() - started }
}

function judge(problems: readonly unknown[], exception: Exception | undefined): Outcome {
  const [error] = problems
  if (problems.length > 1) {
    return judge([new AggregateError(problems, String(error), { cause: error })], exception)
  }
  if (problems.length === 0) {
    if (exception === undefined) return { status: 'passed' }
    return { status: 'failed', error: new Error(staleException(exception)) }
  }
  if (exception === undefined) return { status: 'failed', error }
  return { status: 'excepted', exception, error }
}

function staleException({ case: id, reason }: Exception): string {
  return `${id} passes, so its exception is out of date and must go: ${reason}`
}

interface Running extends RunOptions {
  readonly notes: string[]
}

async function problemsOf(
  harness: Harness,
  conformanceCase: ConformanceCase,
  options: Running,
): Promise<readonly unknown[]> {
  const scopes = new Scopes(harness, conformanceCase.id, conformanceCase.subject)
  const clock = new AbortController()
  const watch = new ProcessWatch()
  const context = contextOf({ harness, scopes, signal: clock.signal }, conformanceCase.id, options)
  const problems: unknown[] = []
  const millis = timeoutOf(conformanceCase, options)
  const timer = setTimeout(() => clock.abort(new Error(`not done after ${millis} ms`)), millis)
  const outOfTime = new Promise<never>((_, reject) => {
    clock.signal.addEventListener('abort', () => reject(clock.signal.reason), { once: true })
  })
  outOfTime.catch(() => undefined) // the race below may be over when the timer fires
  try {
    await Promise.race([conformanceCase.run(context), outOfTime])
  } catch (error) {
    problems.push(error)
  } finally {
    clearTimeout(timer)
  }
  await scopes.release().catch((error: unknown) => problems.push(error))
  problems.push(...(await watch.end()))
  return problems
}

interface Surroundings {
  readonly harness: Harness
  readonly scopes: Scopes
  readonly signal: AbortSignal
}

function contextOf(
  { harness, scopes, signal }: Surroundings,
  caseId: string,
  { seed = DEFAULT_SEED, effort = 1, notes }: Running,
): CaseContext {
  const opener =
    (scope: string) =>
    async (options: OpenOptions = {}): Promise<Required<OpenedStores>> =>
      // The ports that the subject names are there: scopes checked it, and no case asks for others.
      (await scopes.open(scope, { signal, ...options })) as Required<OpenedStores>
  return {
    harness,
    scope: scopes.first,
    otherScope: scopes.second,
    open: opener(scopes.first),
    openOther: opener(scopes.second),
    random: seededRandom(seed, caseId),
    rounds: (times) => Math.max(1, Math.round(times * effort)),
    signal,
    backdoor: (harness.backdoor ?? {}) as CaseContext['backdoor'], // complete for what the case needs
    note: (text) => void notes.push(text),
  }
}
