import { diffJson } from '@mfm/canonical-json'
import type { FactMeta, JsonValue } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { AskedCall } from './asked-call.ts'
import { requestOf } from './identify-request.ts'

/** Rows of a difference that an error names. */
const MAX_ROWS = 20

/** Whether a fact was recorded by the very call that is asked. A fact of unknown origin answers every call. */
export function isSameCall(meta: FactMeta | undefined, asked: AskedCall): boolean {
  if (meta === undefined) return true
  return meta.requestId === asked.identity.artifact.id && meta.namespace === asked.namespace
}

/**
 * The error for a key that is bound by another call.
 *
 * @param recorded the recorded request, `undefined` where it cannot be had
 */
export function divergedError(
  asked: AskedCall,
  meta: FactMeta,
  recorded: JsonValue | undefined,
): MfmError {
  const differences =
    recorded === undefined ? [] : diffJson(recorded, requestOf(asked.identity), MAX_ROWS)
  const pointers = differences.map(({ pointer }) => pointer || '(all of it)').join(', ')
  const what = meta.namespace === asked.namespace ? 'request' : 'namespace'
  return new MfmError('fact_diverged', {
    message: `the fact ${JSON.stringify(asked.key)} was recorded with another ${what}${pointers === '' ? '' : `: ${pointers}`}`,
    details: {
      key: asked.key,
      differences: differences.map((row) => ({ ...row })),
      namespace: { recorded: meta.namespace, requested: asked.namespace },
      requestId: { recorded: meta.requestId, requested: asked.identity.artifact.id },
      stateId: meta.stateId,
      attempt: meta.attempt,
      ordinal: meta.ordinal,
    },
  })
}
