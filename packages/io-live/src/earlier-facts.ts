import type { ArtifactId, FactKey, IoCall, JsonValue, TransportAnswer } from '@mfm/core-types'
import type { AskedCall } from '@mfm/facts'

/** A recorded answer that becomes a fact of this run too; its documents are shared. */
export interface EarlierAnswer {
  readonly response: JsonValue
  readonly payloadId: ArtifactId
  readonly attachments: readonly ArtifactId[]
}

/**
 * What another run recorded: it answers before anything is performed, in the order that it keeps. Each method is called
 * as soon as the operation is asked for, so that the order of asking is known.
 */
export interface EarlierFacts {
  /**
   * What it returns is called where this run has no answer itself. It resolves to `undefined` where the call is to be
   * performed, and rejects with the failure where the call was recorded to fail.
   */
  call(call: IoCall, asked: AskedCall): () => Promise<EarlierAnswer | undefined>
  /** As {@link call}, for a streamed call: its answer is recorded anew, as it is read this time. */
  stream(call: IoCall, asked: AskedCall): () => Promise<TransportAnswer | undefined>
  /** What it returns is called where the value is new to this run, and resolves when it is its turn. */
  recordValue(key: FactKey, value: JsonValue): () => Promise<void>
  /** Resolves to `undefined` where the clock is to be read after all. */
  nowMillis(): Promise<number | undefined>
  randomBytes(length: number): Promise<Uint8Array | undefined>
}
