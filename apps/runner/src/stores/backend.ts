import type { Stores } from '@mfm/core-types'

export type Port = 'events' | 'artifacts' | 'facts'

export const PORTS: readonly Port[] = ['events', 'artifacts', 'facts']

/** The options that name a backend: `store` for whatever the others leave open. */
export type StoreOption = 'store' | Port

/** `create` makes a store that is not there; `write` and `read` refuse, and never leave a file behind. */
export type Access = 'create' | 'write' | 'read'

/** Where a port lives, as somebody wrote it. */
export interface Place {
  readonly url: string
  /** What a relative path is relative to. */
  readonly base: string
  /** The option that said so, for what is wrong with it. */
  readonly option: StoreOption
}

export type Places = Readonly<Record<Port, Place>>

export interface Opening extends Place {
  /** The URL behind its scheme. */
  readonly rest: string
  /** What is wanted of the backend. */
  readonly ports: readonly Port[]
  readonly access: Access
  readonly signal: AbortSignal | undefined
}

/** What one opening of a backend gives: `atomic` where all three ports live in it. */
export interface OpenedPorts extends Partial<Omit<Stores, 'close'>> {
  close(): Promise<void>
}

export interface Backend {
  /** The package of the adapter, without scope. */
  readonly adapter: string
  /**
   * @throws MfmError `invalid_option`; `store_unavailable`, `store_timeout` and `store_unsuitable` of the server; the
   * reason of the signal
   */
  open(opening: Opening): Promise<OpenedPorts>
  /** Whether there is nothing yet and the first run makes it. Looks, and changes nothing. */
  isAbsent?(opening: Opening): boolean
}
