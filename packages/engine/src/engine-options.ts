import type { AmbientAllowance, AmbientFinding, AmbientMode } from '@mfm/ambient'
import type { EventEnvelope, SecretResolver, Stores, Transport } from '@mfm/core-types'
import type { SystemSources } from '@mfm/io-live'
import type { SecretGuard } from '@mfm/secrets'
import type { Failpoints } from './failpoints.ts'

/** Clock, randomness and sleep are the machine's unless given. */
export interface EngineOptions extends Partial<SystemSources> {
  /** Owned by the caller, who closes them when no run uses them. */
  readonly stores: Stores
  /** Performs live IO. Without one, every call that is not answered by a fact is `io_unimplemented`. */
  readonly transport?: Transport | undefined
  /** Makes the guard of one run; by default one that knows no values and follows the run's `secrets` setting. */
  readonly guard?: ((mode: 'refuse' | 'redact') => SecretGuard) | undefined
  readonly resolveSecret?: SecretResolver | undefined
  /** Told of every event of a live run once it is durable. Must not throw. */
  readonly onEvent?: ((envelope: EventEnvelope) => void) | undefined
  /** Folder that source locations are told relative to; the working folder by default. */
  readonly sourceRoot?: string | undefined
  /** Longest streamed body, in bytes; 32 MiB where absent. It is in memory until it has ended. */
  readonly maxStreamBytes?: number | undefined
  readonly failpoints?: Failpoints | undefined
  /** What is done where a state takes outside input past its provider. */
  readonly ambient?: AmbientOptions | undefined
}

export interface AmbientOptions {
  /**
   * `refuse` throws `ambient_io` where it happens, and a replay counts it as a difference; `warn` only tells. By default
   * a replay refuses, and a run that is executed live warns where there is an `onFinding` to tell.
   */
  readonly mode?: AmbientMode | 'off' | undefined
  /** What takes no part in any result, such as `time` for a log, or `time:pino` for that package alone. */
  readonly allow?: readonly AmbientAllowance[] | undefined
  /** Told of each place once per run. Must not throw. */
  readonly onFinding?: ((finding: AmbientFinding) => void) | undefined
}
