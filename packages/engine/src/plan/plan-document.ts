import {
  canonicalize,
  decodeJsonArtifact,
  jsonArtifact,
  parseJson,
  sha256,
} from '@mfm/canonical-json'
import type { ArtifactStore, Digest, JsonValue, NewArtifact, Plan, StateId } from '@mfm/core-types'
import { isArtifactId, isDigest, stateIdSchema } from '@mfm/core-types'
import { decode, hasCode, MfmError } from '@mfm/errors'
import { z } from 'zod'
import type { PlanChange } from './diff-plans.ts'
import { diffPlans } from './diff-plans.ts'
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
 * @throws MfmError `plan_changed` with `details.differences`: what `diffPlans` finds
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
  const differences = before === undefined ? [] : diffPlans(before, after)
  throw new MfmError('plan_changed', {
    message: `the plan of today is not the recorded one${describe(differences)}`,
    details: {
      recorded,
      planned: digest,
      differences: differences.map((change) => ({ ...change })),
    },
  })
}

function describe([first, ...others]: readonly PlanChange[]): string {
  if (first === undefined) return ''
  const { change, stateId, pointer } = first
  const what = stateId === null ? `${pointer} was ${change}` : `the state ${stateId} was ${change}`
  return `: ${what}${others.length === 0 ? '' : `, and ${others.length} more`}`
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
