import type {
  ArtifactStore,
  AtomicRecorder,
  Capability,
  EventStore,
  FactIndex,
} from '@mfm/core-types'
import type { Backdoor, Harness, OpenedStores, OpenOptions, Port } from './harness.ts'

/** L0 the contract, L1 durable, L2 concurrent, L3 hostile. */
export type Level = 0 | 1 | 2 | 3

/**
 * What a case cannot do without. A capability that the adapter does not declare makes the case not applicable; for
 * every other need that the harness does not meet it is not exercised, and the level ends below it.
 */
export type Need =
  | Capability
  | 'recordAtomically'
  | 'shared'
  | 'processes'
  | 'proxy'
  | 'restart'
  | 'credentials'
  | 'wrongOptions'
  | `backdoor.${keyof Backdoor & string}`

/** What a case is about: one port, whatever ports there are (`any`), or commits over all three (`all`). */
export type Subject = Port | 'any' | 'all'

interface PortStores {
  readonly events: EventStore
  readonly artifacts: ArtifactStore
  readonly facts: FactIndex
}

/** What {@link CaseContext.open} gives to a case of this subject. */
export type StoresOf<S extends Subject> = S extends Port
  ? Pick<PortStores, S> & Pick<OpenedStores, 'close'>
  : S extends 'all'
    ? PortStores & { readonly atomic: AtomicRecorder } & Pick<OpenedStores, 'close'>
    : OpenedStores

/** What a case runs on. Everything opened here is closed, and every scope destroyed, when the case has ended. */
export interface CaseContext<S extends Subject = Subject> {
  readonly harness: Harness
  /** Two fresh scopes that belong to this case alone. */
  readonly scope: string
  readonly otherScope: string
  /** Opens {@link scope}. */
  open(options?: OpenOptions): Promise<StoresOf<S>>
  /** Opens {@link otherScope}. */
  openOther(options?: OpenOptions): Promise<StoresOf<S>>
  /** A number in [0, 1) from the seed of this case: the same seed, the same schedule. */
  random(): number
  /** How often to repeat what the contract asks `times` times; fewer or more under another effort. */
  rounds(times: number): number
  /** Aborted when the case has run out of time. */
  readonly signal: AbortSignal
  /** The backdoor, every part that `needs` names being there. */
  readonly backdoor: Required<Backdoor>
  /** Says what an exception, or a weakness that is allowed but must be known, looks like. Printed in the report. */
  note(text: string): void
}

/** One assertion of the contract. */
export interface ConformanceCase<S extends Subject = Subject> {
  /** `ES-10`, and `ES-10b` where one assertion takes several cases. */
  readonly id: string
  readonly subject: S
  readonly level: Level
  readonly needs?: readonly Need[] | undefined
  /** What holds when it passes, as a statement. */
  readonly title: string
  /** What goes wrong for users where it does not hold. */
  readonly why: string
  run(context: CaseContext<S>): Promise<void>
}
