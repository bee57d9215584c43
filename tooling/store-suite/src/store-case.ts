import type { Stores } from '@mfm/core-types'

export interface OpenOptions {
  readonly payloadBytes?: number | undefined
}

/** What a case runs on. Everything opened here is closed when the case has ended. */
export interface CaseContext {
  /** Opens the durable state of this case; the same one every time, where the store has any. */
  open(options?: OpenOptions): Promise<Stores>
  /** Opens another state that shares nothing with it. */
  openOther(): Promise<Stores>
  /** Whether a second {@link open} sees what the first wrote. */
  readonly isShared: boolean
}

/** One assertion of the contract, with the id that the conformance design gives it. */
export interface StoreCase {
  readonly id: string
  readonly title: string
  run(context: CaseContext): Promise<void>
}
