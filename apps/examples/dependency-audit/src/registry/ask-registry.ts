import type { Io } from '@mfm/workflow'
import { fail, hasCode } from '@mfm/workflow'
import type { Wanted } from '../project/specifier.ts'
import { askRelease, nothingKnown, questionsFor } from './ask-release.ts'
import { inParallel } from './in-parallel.ts'
import type { Release } from './release.ts'

/** Calls under way at once: quick, and no burden on a registry. */
const CONCURRENCY = 8

const NO_REGISTRY = [
  'http_endpoint_unknown',
  'http_failed',
  'http_timeout',
  'http_select_failed',
] as const

const NO_ANSWER = [
  'http_failed',
  'http_timeout',
  'http_body_too_large',
  'http_select_failed',
] as const

/**
 * Asks the registry about every dependency. What goes wrong with one of them is told in its place.
 *
 * @throws MfmError `registry_unreachable` where the first question shows that there is no registry
 */
export async function askRegistry(
  io: Pick<Io, 'fetch'>,
  dependencies: readonly Wanted[],
): Promise<Release[]> {
  // One alone, so that a registry that is not there is noticed once, and before everything else is asked of it too.
  const first = dependencies.find((dependency) => questionsFor(dependency) > 0)
  const release = first === undefined ? undefined : await askFirst(io, first)
  return await inParallel(dependencies, CONCURRENCY, async (dependency) =>
    dependency === first && release !== undefined ? release : await askOrExplain(io, dependency),
  )
}

async function askFirst(io: Pick<Io, 'fetch'>, dependency: Wanted): Promise<Release> {
  try {
    return await askRelease(io, dependency)
  } catch (error) {
    if (!hasCode(error, ...NO_REGISTRY)) return explain(dependency, error)
    return fail('registry_unreachable', {
      message: error.message,
      category: 'rpc',
      // A refused connection comes back at once, and may be no more than a server that is being restarted.
      retryable: hasCode(error, 'http_failed'),
      cause: error,
    })
  }
}

async function askOrExplain(io: Pick<Io, 'fetch'>, dependency: Wanted): Promise<Release> {
  try {
    return await askRelease(io, dependency)
  } catch (error) {
    return explain(dependency, error)
  }
}

/** What is no matter of one dependency, such as a stopped run or a missing fact, stays an error. */
function explain(dependency: Wanted, error: unknown): Release {
  if (!hasCode(error, ...NO_ANSWER)) throw error
  return nothingKnown(dependency, `no answer: ${error.code}`)
}
