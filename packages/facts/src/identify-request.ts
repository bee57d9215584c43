import { decodeJsonArtifact, jsonArtifact } from '@mfm/canonical-json'
import type { JsonValue, NewArtifact, NumberProfile, RequestValue } from '@mfm/core-types'
import { isSecretHandle } from '@mfm/core-types'
import { withoutSecrets } from '@mfm/secrets'

/** What makes two requests the same. */
export interface RequestIdentity {
  /**
   * The request with each secret handle written as its name. It may share parts with the caller's object, so it is
   * to be read before anything is awaited; {@link requestOf} gives it later.
   */
  readonly redacted: JsonValue
  /** Its canonical form; the id is the `requestId` of facts. */
  readonly artifact: NewArtifact
}

/**
 * @throws MfmError `json_not_representable`, `json_too_deep`, `float_not_allowed` and the like, with the pointer
 */
export function identifyRequest(request: RequestValue, numbers?: NumberProfile): RequestIdentity {
  const redacted = withoutSecrets(request)
  return { redacted, artifact: jsonArtifact('fact_request', redacted, { numbers }) }
}

/** The redacted request as it was when it was identified. */
export function requestOf({ artifact }: RequestIdentity): JsonValue {
  return decodeJsonArtifact(artifact.id, artifact.bytes)
}

/** A copy that later changes to the original do not reach; secret handles are shared. */
export function copyRequest(request: RequestValue): RequestValue {
  if (typeof request !== 'object' || request === null || isSecretHandle(request)) return request
  if (isList(request)) return request.map(copyRequest)
  return Object.fromEntries(
    Object.entries(request).map(([name, value]) => [name, copyRequest(value)]),
  )
}

function isList(value: RequestValue): value is readonly RequestValue[] {
  return Array.isArray(value)
}
