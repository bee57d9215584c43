import type {
  ArtifactId,
  ArtifactStore,
  AtomicRecorder,
  EventStore,
  FactIndex,
  FactKey,
  RunId,
} from '@mfm/core-types'

export type Port = 'events' | 'artifacts' | 'facts'

/** The version of the contract that these cases check. */
export const CONTRACT = '1.0'

/** What one opening of a scope gives: the ports that the harness declares. */
export interface OpenedStores {
  readonly events?: EventStore | undefined
  readonly artifacts?: ArtifactStore | undefined
  readonly facts?: FactIndex | undefined
  /** Only where all three ports live in one backend. */
  readonly atomic?: AtomicRecorder | undefined
  close(): Promise<void>
}

export interface OpenOptions {
  /** Longest artifact and longest event payload that this opening accepts; the adapter's default where absent. */
  readonly payloadBytes?: number | undefined
  /** Connect here and not to the server itself: the fault proxy of the kit. */
  readonly via?: Address | undefined
  /** The deadline of one call to the server, in milliseconds; the adapter's default where absent. */
  readonly callMillis?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export interface Address {
  readonly host: string
  readonly port: number
}

/** Stored state, reached around the adapter. Every part is optional; a case that lacks its part is not exercised. */
export interface Backdoor {
  /** The bytes under an artifact's address, as the backend keeps them; `undefined` where there is nothing. */
  readArtifact?(scope: string, id: ArtifactId): Promise<Uint8Array | undefined>
  /** Puts any bytes under an artifact's address. */
  writeArtifact?(scope: string, id: ArtifactId, bytes: Uint8Array): Promise<void>
  /** Changes when the object under the address is rewritten: a version, a time of writing, an inode. */
  artifactVersion?(scope: string, id: ArtifactId): Promise<string | undefined>
  /** Temporary files, unfinished uploads and the like in the scope. */
  leftovers?(scope: string): Promise<readonly string[]>
  /** A text that differs when anything stored for the run's stream differs. */
  streamFingerprint?(scope: string, run: RunId): Promise<string>
  /** Damages the stored stream of a run in this way. */
  damageEvents?(scope: string, run: RunId, seq: number, how: EventDamage): Promise<void>
  /** Makes the backend believe that the run's head is `head`, above 2^31, with nothing before it readable. */
  seedHead?(scope: string, run: RunId, head: number): Promise<void>
  /** Removes every binding of the scope, as a flushed cache would. */
  wipeFacts?(scope: string): Promise<void>
  /** Puts raw text, or a value of another type of the backend, where a binding is kept. */
  writeFact?(scope: string, run: RunId, key: FactKey, raw: FactDamage): Promise<void>
  /** Whether any record of the scope's facts can expire. */
  factsExpire?(scope: string): Promise<boolean>
  /** Everything that is stored for the scope, by a name of the backend's own; empty after `destroy`. */
  contents?(scope: string): Promise<readonly string[]>
  /** Connections that the server has open for adapters of this harness. */
  connections?(): Promise<number>
}

/** `flip` one byte, `drop` the event, `swap` it with the next one, `truncate` its bytes, or break its `unlink`ed `prev`. */
export type EventDamage = 'flip' | 'drop' | 'swap' | 'truncate' | 'unlink'

export type FactDamage =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'foreign_type' }

/** A case that one adapter cannot pass, and why. It is printed in the verdict and never counted as passed. */
export interface Exception {
  readonly case: string
  readonly reason: string
  readonly issue?: string | undefined
}

/** How the kit reaches an adapter: the one file that an adapter's author writes. */
export interface Harness {
  /** The adapter's package without scope, such as `store-s3`. */
  readonly name: string
  /** The adapter's version. */
  readonly version: string
  /** The contract it claims, such as `1.x`. */
  readonly contract: string
  readonly ports: readonly Port[]
  /**
   * Opens the state that `scope` names: the same scope is the same durable state, different scopes share nothing.
   * A scope is lower-case letters, digits and hyphens, at most 40 characters.
   */
  open(scope: string, options?: OpenOptions): Promise<OpenedStores>
  /** Removes what a scope left behind. Of a scope that was never opened: nothing happens. */
  destroy(scope: string): Promise<void>
  /** Whether a second `open` of a scope sees what the first wrote. `false` for a store that lives inside one opening. */
  readonly isShared: boolean
  /**
   * `true` where the backend is this process or its disk, with no server between. Cases about a server (its
   * connections, credentials, failures) then do not apply; for every other adapter they must be exercised.
   */
  readonly isEmbedded?: boolean | undefined
  readonly backdoor?: Backdoor | undefined
  /** Where the adapter's server listens, for the fault proxy. `open` must honour `via`. */
  server?(): Promise<Address>
  /** Ends and starts the server again with its data. */
  restartServer?(): Promise<void>
  /**
   * The module whose default export is this harness, for child processes. Absent where another process cannot see
   * the state.
   */
  readonly module?: string | undefined
  /** Ends what the harness started. */
  close?(): Promise<void>
  readonly limits?: HarnessLimits | undefined
  /** A configuration with planted credentials that cannot connect, for the case that none of them is told. */
  openWithCredentials?(user: string, password: string): Promise<OpenedStores>
  /** Openings with wrong options, each of which must be refused with `invalid_option`. */
  readonly wrongOptions?: readonly (() => unknown)[] | undefined
  readonly exceptions?: readonly Exception[] | undefined
}

export interface HarnessLimits {
  /** Longest artifact that the sizes case may put, in bytes; 8 MiB + 1 where absent. */
  readonly artifactBytes?: number | undefined
}
