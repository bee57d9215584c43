import type { DivergencePolicy } from './divergence-policy.ts'
import type { ArtifactId, FactKey, RunId, StateId } from './ids.ts'
import type { JsonValue } from './json.ts'
import type { CallOptions } from './ports.ts'

/** Marks a secret handle, across duplicate copies of the packages. */
export const SECRET_HANDLE: unique symbol = Symbol.for('mfm.secret')

/** Stands where a secret value belongs; written `[secret:name]` everywhere but inside a transport. */
export interface SecretHandle {
  readonly [SECRET_HANDLE]: true
  readonly name: string
}

/** A request as the caller wrote it: JSON in which secret handles may stand for strings. */
export type RequestValue =
  | JsonValue
  | SecretHandle
  | readonly RequestValue[]
  | { readonly [name: string]: RequestValue }

/** Gives a secret's value; called by transports only. Rejects with `secret_unavailable`. */
export type SecretResolver = (handle: SecretHandle) => Promise<string>

/** The attempt that asks: part of derived keys and of what a fact remembers. */
export interface IoScope {
  /** The run whose facts answer. In live mode also the run that is executing. */
  readonly runId: RunId
  readonly stateId: StateId
  readonly attempt: number
}

/** Bytes that a call brought and that are not JSON: an artifact of their own. */
export interface Attachment {
  readonly id: ArtifactId
  readonly bytes: Uint8Array
}

export interface TransportCall extends IoScope {
  readonly namespace: string
  readonly request: RequestValue
  /** The fact key, for transports that can hand an idempotency key on; `null` for an unrecorded call. */
  readonly factKey: FactKey | null
  readonly resolveSecret: SecretResolver
  readonly signal: AbortSignal
  /** The answer is to have a {@link TransportAnswer.body}. */
  readonly stream?: true | undefined
}

export interface TransportAnswer {
  /** What is recorded as the fact's payload. It names attachments by their artifact ids. */
  readonly response: JsonValue
  readonly attachments?: readonly Attachment[] | undefined
  /**
   * Of a streamed answer, which has no attachments: the chunks as they come. Read one at a time, when the caller asks;
   * `return` is called where it gives up. What it throws is recorded as the end of the body.
   */
  readonly body?: AsyncIterable<Uint8Array> | undefined
}

/** Performs live IO. Rejects with an `MfmError`, whose wire form is recorded as the fact of a failed call. */
export interface Transport {
  call(call: TransportCall): Promise<TransportAnswer>
}

export interface IoCall {
  /** Dotted lowercase, such as `http` or `local.fs`; the router picks the transport by it. */
  readonly namespace: string
  readonly request: RequestValue
  /**
   * Absent: a key is derived from the state, the namespace, the request and its occurrence. `null`: the call is
   * performed every time and not recorded, so it cannot be replayed.
   */
  readonly factKey?: FactKey | null | undefined
  /** Performs this one call instead of the transport that the namespace names. */
  readonly perform?: Transport['call'] | undefined
  /** For this call alone; that of its state where absent. No part of what identifies the call. */
  readonly divergence?: DivergencePolicy | undefined
  /**
   * The answer is a head and a body that comes in chunks. The caller has both while they come; the call is recorded
   * as one fact when its body has ended.
   */
  readonly stream?: true | undefined
}

/**
 * A body that comes in chunks, to be read once. `next` rejects with the error that the body ended with; the last `next`
 * and `return`, which gives the rest up, resolve when the fact is durable.
 */
export interface StreamedBody extends AsyncIterable<Uint8Array> {
  next(): Promise<IteratorResult<Uint8Array, undefined>>
  return(): Promise<IteratorResult<Uint8Array, undefined>>
  [Symbol.asyncIterator](): StreamedBody
}

export interface IoResult {
  /** Decoded from the recorded bytes, in live mode as in replay: never the transport's own object. */
  readonly response: JsonValue
  /** There for a call with `stream`, and for no other. */
  readonly body?: StreamedBody | undefined
  /** `null` for an unrecorded call, and for a streamed one, which is recorded when its body has ended. */
  readonly recordedPayloadId: ArtifactId | null
  /** Bytes that the response names by artifact id. Rejects with `artifact_not_found` for an id that is not its own. */
  attachment(id: ArtifactId): Promise<Uint8Array>
}

/**
 * Where a state takes every outside input from. In live mode it performs IO and records each answer; in replay it
 * answers from facts alone.
 */
export interface IoProvider {
  call(call: IoCall, options?: CallOptions): Promise<IoResult>
  /** The payload bound to a key, without reading it. */
  getRecordedFact(key: FactKey): Promise<ArtifactId | undefined>
  /** Binds a value to a key. A key that is bound to another value is `fact_payload_conflict`. */
  recordValue(key: FactKey, value: JsonValue): Promise<ArtifactId>
  /** Milliseconds since the epoch, recorded. */
  nowMillis(): Promise<number>
  /** Recorded in the clear: noise for replay, never key material. */
  randomBytes(length: number): Promise<Uint8Array>
  /** Waits in live mode, returns at once in replay; records nothing. */
  sleepMs(millis: number, options?: CallOptions): Promise<void>
}

export function isSecretHandle(value: unknown): value is SecretHandle {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, SECRET_HANDLE)
}
