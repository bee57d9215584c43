import { jsonArtifact } from '@mfm/canonical-json'
import type {
  ArtifactStore,
  FactMeta,
  FactOutcome,
  IoResult,
  IoScope,
  JsonValue,
  NewArtifact,
} from '@mfm/core-types'
import type { AskedCall, Turns } from '@mfm/facts'
import { failureKey, recordedResult } from '@mfm/facts'
import type { SecretGuard } from '@mfm/secrets'
import type { EarlierAnswer } from './earlier-facts.ts'
import { failureError, failureInfo } from './failure.ts'
import type { PreparedAnswer } from './prepare-answer.ts'
import type { FactCommit } from './write-request.ts'

/** How a call ended: what is to be recorded, and what the caller gets once it is. */
export interface Outcome<Result = IoResult> {
  readonly commit: FactCommit
  /** Gives the result or throws the failure. */
  readonly settle: () => Result
}

export interface OutcomeOptions {
  readonly scope: IoScope
  readonly artifacts: ArtifactStore
  readonly guard: SecretGuard
  readonly turns: Pick<Turns, 'known'>
}

export function answered(
  asked: AskedCall,
  { payload, attachments }: PreparedAnswer,
  { scope, artifacts, turns }: OutcomeOptions,
): Outcome {
  const { key, identity } = asked
  const payloadId = payload.artifact.id
  const ids = attachments.map(({ id }) => id)
  const meta = { ...metaOf(asked, scope, 'answered'), ...(ids.length > 0 && { attachments: ids }) }
  return {
    commit: {
      artifacts: [payload.artifact, identity.artifact, ...attachments],
      event: { type: 'fact_recorded', v: 1, key, payloadId, meta },
    },
    settle: () =>
      recordedResult({
        response: payload.value,
        payloadId,
        attachments: () => Promise.resolve(ids),
        readAttachment: (id) => artifacts.get(id),
        turns,
      }),
  }
}

/** An answer that another run recorded: it was judged there, and its documents are stored. */
export function answeredEarlier(
  asked: AskedCall,
  { response, payloadId, attachments }: EarlierAnswer,
  { scope, artifacts, turns }: OutcomeOptions,
): Outcome {
  const { key, identity } = asked
  const meta = {
    ...metaOf(asked, scope, 'answered'),
    ...(attachments.length > 0 && { attachments }),
  }
  return {
    commit: {
      artifacts: [identity.artifact],
      event: { type: 'fact_recorded', v: 1, key, payloadId, meta },
    },
    settle: () =>
      recordedResult({
        response,
        payloadId,
        attachments: () => Promise.resolve(attachments),
        readAttachment: (id) => artifacts.get(id),
        turns,
      }),
  }
}

/** A failure has a key of its own, so the caller's key stays free for the next try. */
export function failed(
  asked: AskedCall,
  error: unknown,
  { scope, guard, aborted }: OutcomeOptions & { readonly aborted: boolean },
): Outcome<never> {
  const info = failureInfo(error, (text) => guard.redactText(text))
  const payload = jsonArtifact('fact_payload', { ...info } satisfies JsonValue)
  return {
    commit: {
      artifacts: [payload, asked.identity.artifact],
      event: {
        type: 'fact_recorded',
        v: 1,
        key: failureKey(scope, asked),
        payloadId: payload.id,
        meta: metaOf(asked, scope, aborted ? 'aborted' : 'failed'),
      },
    },
    settle: () => {
      throw failureError(info, error)
    },
  }
}

export function metaOf(
  { namespace, identity, ordinal, supersedes, location }: AskedCall,
  { stateId, attempt }: IoScope,
  outcome: FactOutcome,
): FactMeta {
  const requestId = identity.artifact.id
  const meta = { v: 1, namespace, requestId, outcome, stateId, attempt, ordinal } as const
  // Most facts have neither, and a literal is made faster than a copy.
  if (supersedes === undefined && location === undefined) return meta
  return {
    ...meta,
    ...(supersedes !== undefined && { supersedes }),
    ...(location !== undefined && { location }),
  }
}

/** A fact that no transport made: a value, a time or noise. */
export interface PlainFact {
  readonly key: string
  readonly payload: NewArtifact
  readonly namespace: 'value' | 'now_millis' | 'random_bytes'
  readonly ordinal: number
  readonly location?: string | undefined
}

export function plainCommit(
  { key, payload, namespace, ordinal, location }: PlainFact,
  { stateId, attempt }: IoScope,
): FactCommit {
  const meta = {
    v: 1,
    namespace,
    requestId: null,
    outcome: 'answered',
    stateId,
    attempt,
    ordinal,
  } as const
  return {
    artifacts: [payload],
    event: {
      type: 'fact_recorded',
      v: 1,
      key,
      payloadId: payload.id,
      meta: location === undefined ? meta : { ...meta, location },
    },
  }
}
