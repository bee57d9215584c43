import type {
  FactKey,
  IoCall,
  IoResult,
  IoScope,
  SecretResolver,
  StreamedBody,
  Transport,
  TransportAnswer,
} from '@mfm/core-types'
import { isMfmError, MfmError } from '@mfm/errors'
import { foreignAttachment } from '@mfm/facts'
import type { SecretGuard } from '@mfm/secrets'
import { abortable } from './abortable.ts'
import { failureInfo } from './failure.ts'

export interface PerformOptions {
  readonly scope: IoScope
  readonly transport?: Transport | undefined
  readonly guard: SecretGuard
  readonly resolveSecret: SecretResolver
}

/**
 * Makes one call, by the caller's own function where it brings one.
 *
 * @throws MfmError `io_unimplemented`; `call_aborted`; whatever the transport throws
 */
export function perform(
  { namespace, request, stream, perform: own }: IoCall,
  factKey: FactKey | null,
  signal: AbortSignal,
  { scope, transport, guard, resolveSecret }: PerformOptions,
): Promise<TransportAnswer> {
  return abortable(signal, async () => {
    const call = {
      ...scope,
      namespace,
      request,
      factKey,
      signal,
      resolveSecret: registering(guard, resolveSecret),
      ...(stream && { stream }),
    }
    if (own !== undefined) return await own(call)
    if (transport === undefined) throw new MfmError('io_unimplemented')
    return await transport.call(call)
  })
}

/** What a transport is told, the guard knows: an answer that echoes it is caught. */
function registering(guard: SecretGuard, resolveSecret: SecretResolver): SecretResolver {
  return async (handle) => {
    const value = await resolveSecret(handle)
    guard.register(value, handle.name)
    return value
  }
}

/** The result of a call that is not recorded: everything stays in memory. */
export async function unrecordedResult(performed: Promise<TransportAnswer>): Promise<IoResult> {
  const {
    response,
    attachments = [],
    body,
  } = await performed.catch((error: unknown) => {
    throw isMfmError(error) ? error : transportFailed(error)
  })
  return {
    response,
    ...(body && { body: plainBody(body) }),
    recordedPayloadId: null,
    attachment: async (id) => {
      const found = attachments.find((attachment) => attachment.id === id)
      if (found === undefined) throw foreignAttachment(id)
      return found.bytes
    },
  }
}

/** A body that nobody records. */
function plainBody(body: AsyncIterable<Uint8Array>): StreamedBody {
  const chunks = (async function* (): AsyncGenerator<Uint8Array, undefined> {
    yield* body
  })()
  return {
    next: () => chunks.next(),
    return: () => chunks.return(undefined),
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

function transportFailed(cause: unknown): MfmError {
  const { message } = failureInfo(cause, (text) => text)
  return new MfmError('transport_failed', { message, cause })
}
