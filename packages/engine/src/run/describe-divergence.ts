import type { IoScope, JsonObject, Stores } from '@mfm/core-types'
import { hasCode } from '@mfm/errors'
import { annotationOf, siteOf } from '@mfm/facts'
import { FactSource, nearestTo } from '@mfm/io-replay'
import type { EngineOptions } from '../engine-options.ts'
import { nearestOf } from '../replay/call-difference.ts'
import type { FoundDivergence } from '../replay/recorded-divergence.ts'
import { divergenceDetails, divergenceIn } from '../replay/recorded-divergence.ts'

/**
 * What is stored of a call that diverged in a live run; `undefined` for an error of another kind. Reads the stream of
 * the run, which is about to stop.
 */
export function divergenceToStore(
  error: unknown,
  { stores, sourceRoot = process.cwd() }: Pick<EngineOptions, 'stores' | 'sourceRoot'>,
  scope: IoScope,
): Promise<JsonObject> | undefined {
  const found = divergenceIn(error)
  return found && describe(found, { stores, sourceRoot, scope })
}

interface DivergedAttempt {
  readonly stores: Stores
  readonly scope: IoScope
  readonly sourceRoot: string
}

async function describe(
  found: FoundDivergence,
  { stores, scope, sourceRoot }: DivergedAttempt,
): Promise<JsonObject> {
  const { error, difference } = found
  const { kind, call, pointers, location } = difference
  const today = location.today ?? siteOf(annotationOf(error).waiting ?? {}, sourceRoot) ?? null
  const { stateId, attempt } = scope
  return divergenceDetails({
    kind,
    stateId,
    attempt,
    call,
    pointers,
    location: { ...location, today },
    nearest: nearestOf(await nearest(found, stores, scope)),
  })
}

/** Of a value there is no request that could be compared. */
async function nearest(
  { error, difference: { call } }: FoundDivergence,
  stores: Stores,
  scope: IoScope,
): Promise<readonly JsonObject[]> {
  const request = error.details?.['request']
  if (request === undefined || call?.namespace == null || call.ordinal === null) return []
  const { namespace, ordinal } = call
  try {
    const source = await FactSource.load(stores, scope.runId)
    return await nearestTo({ namespace, ordinal, request }, scope, source)
  } catch (error) {
    // A fork that has not written anything yet.
    if (hasCode(error, 'run_not_found')) return []
    throw error
  }
}
