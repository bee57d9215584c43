import type { ArtifactId, FactKey, IoCall, JsonValue } from '@mfm/core-types'
import type { AskedCall } from '@mfm/facts'

/** A recorded answer that becomes a fact of this run too; its documents are shared. */
export interface EarlierAnswer {
  readonly response: JsonValue
  readonly payloadId: ArtifactId
  readonly attachments: readonly ArtifactId[]
}

/**
 * What another run recorded: it answers before anything is performed, in the order that it keeps. Each method is called
 * as soon as the operation is asked for, and resolves to `undefined` where the operation is to be done after all.
 */
export interface EarlierFacts {
  /** Rejects with the failure, where the call was recorded to fail. */
  call(call: IoCall, asked: AskedCall): Promise<EarlierAnswer | undefined>
  /** Resolves when it is the turn of a value that this run records. */
  recordValue(key: FactKey, value: JsonValue): Promise<void>
  nowMillis(): Promise<number | undefined>
  randomBytes(length: number): Promise<Uint8Array | undefined>
}
