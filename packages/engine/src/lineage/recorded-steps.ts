import { decodeJsonArtifact } from '@mfm/canonical-json'
import type { ArtifactId, RunId, RunStarted, StateId, Stores } from '@mfm/core-types'
import { isArtifactId, stateIdSchema } from '@mfm/core-types'
import { decode, MfmError } from '@mfm/errors'
import { FactSource } from '@mfm/io-replay'
import { z } from 'zod'
import { ChainCheck } from '../history/chain-check.ts'
import { readStart } from '../run/read-start.ts'

/** A state that completed, and the contexts before and after it. */
export interface RecordedStep {
  readonly stateId: StateId
  readonly attempt: number
  readonly seq: number
  readonly before: ArtifactId
  readonly after: ArtifactId
}

/** What a state declares; `null` leaves all keys open. */
export interface DeclaredKeys {
  readonly reads: readonly string[] | null
  readonly writes: readonly string[] | null
}

/** A run as the steps that it took. */
export interface RecordedSteps {
  readonly started: RunStarted
  readonly steps: readonly RecordedStep[]
  readonly source: FactSource
  readonly declared: ReadonlyMap<StateId, DeclaredKeys>
}

const keys = z.array(z.string()).readonly().nullable()
const planSchema = z.object({
  states: z.array(
    z.object({ id: stateIdSchema, metadata: z.object({ reads: keys, writes: keys }) }),
  ),
})

/** @throws MfmError `run_not_found`, `run_not_started`, `event_store_corruption`, `artifact_not_found` */
export async function readSteps(
  stores: Pick<Stores, 'events' | 'artifacts'>,
  runId: RunId,
): Promise<RecordedSteps> {
  const started = await readStart(stores, runId)
  const chain = new ChainCheck()
  const steps: RecordedStep[] = []
  let before = started.initialSnapshotId
  const source = await FactSource.load(stores, runId, (envelope) => {
    chain.next(envelope)
    const { event, seq } = envelope
    if (event.type === 'state_entered') before = event.baseSnapshotId
    if (event.type !== 'state_completed') return
    const { stateId, attempt, contextSnapshotId: after } = event
    steps.push({ stateId, attempt, seq, before, after })
  })
  return { started, steps, source, declared: await declaredKeys(stores, started) }
}

async function declaredKeys(
  { artifacts }: Pick<Stores, 'artifacts'>,
  { planDigest }: RunStarted,
): Promise<ReadonlyMap<StateId, DeclaredKeys>> {
  const id: string = planDigest
  if (!isArtifactId(id)) throw new MfmError('internal_error')
  const document = decodeJsonArtifact(id, await artifacts.get(id))
  const { states } = decode(planSchema, document, 'artifact_decode_failed', {
    what: `the plan ${id}`,
    details: { artifactId: id },
  })
  return new Map(states.map((state) => [state.id, state.metadata]))
}
