import {
  canonicalize,
  decodeJsonArtifact,
  diffJson,
  jsonArtifact,
  parseJson,
  sha256,
} from '@mfm/canonical-json'
import type {
  ArtifactStore,
  Digest,
  JsonObject,
  JsonValue,
  NewArtifact,
  Plan,
  StateId,
} from '@mfm/core-types'
import { isArtifactId, isDigest, stateIdSchema } from '@mfm/core-types'
import { decode, hasCode, MfmError } from '@mfm/errors'
import { z } from 'zod'
import { orderStates } from './order-states.ts'

/** What was planned, without the code: states with their metadata, and edges. Its address is the plan digest. */
export function planDocument(plan: Plan): {
  readonly artifact: NewArtifact
  readonly digest: Digest
} {
  const artifact = jsonArtifact('plan', documentOf(plan))
  const digest: string = artifact.id
  if (!isDigest(digest)) throw new MfmError('internal_error')
  return { artifact, digest }
}

function documentOf({ opId, opVersion, states, edges }: Plan): object {
  const documented = states.map(({ id, metadata }) => ({ id, metadata }))
  return { v: 1, opId, opVersion, states: documented, edges }
}

/**
 * Holds today's plan against the one that a run was started with.
 *
 * @throws MfmError `plan_changed` with `details.differences`: JSON pointers with `recorded` and `planned` values
 */
export async function assertSamePlan(
  plan: Plan,
  recorded: Digest,
  artifacts: ArtifactStore,
): Promise<void> {
  const text = canonicalize(documentOf(plan))
  const digest = sha256(text)
  if (digest === recorded) return
  const before = await readPlan(recorded, artifacts)
  const after = parseJson(text, { integers: 'bigint' })
  const differences = before === undefined ? [] : planDifferences(before, after)
  const at = differences[0]?.pointer ?? '?'
  throw new MfmError('plan_changed', {
    message: `the plan of today differs from the recorded one in ${differences.length} places, first at ${at}`,
    details: { recorded, planned: digest, differences },
  })
}

interface PlanDifference extends JsonObject {
  readonly pointer: string
}

function planDifferences(before: JsonValue, after: JsonValue): PlanDifference[] {
  return diffJson(before, after, 20).map(({ pointer, recorded, requested }) => ({
    pointer,
    ...(recorded === undefined ? {} : { recorded }),
    ...(requested === undefined ? {} : { planned: requested }),
  }))
}

async function readPlan(id: Digest, artifacts: ArtifactStore): Promise<JsonValue | undefined> {
  const address: string = id
  if (!isArtifactId(address)) return undefined
  try {
    return decodeJsonArtifact(address, await artifacts.get(address))
  } catch (error) {
    // The digests differ in any case; without the document the error only names less.
    if (hasCode(error, 'artifact_not_found')) return undefined
    throw error
  }
}

const shapeSchema = z.object({
  states: z.array(z.object({ id: stateIdSchema })).readonly(),
  edges: z.array(z.object({ from: stateIdSchema, to: stateIdSchema })).readonly(),
})

/**
 * The states of a recorded plan in execution order.
 *
 * @throws MfmError `artifact_not_found`, `artifact_decode_failed`
 */
export async function recordedOrder(
  digest: Digest,
  artifacts: ArtifactStore,
): Promise<readonly { readonly id: StateId }[]> {
  const document = await readPlan(digest, artifacts)
  const details = { artifactId: digest }
  if (document === undefined) throw new MfmError('artifact_not_found', { details })
  const what = `the plan ${digest}`
  return orderStates(decode(shapeSchema, document, 'artifact_decode_failed', { what, details }))
}
