import type { FactKey, StateId } from '@mfm/core-types'

/** Which facts of the parent answered, and which facts are the fork's own. */
export class ForkLedger {
  /** The parent's key → the state of the fork that asked. */
  readonly reused: Map<FactKey, StateId> = new Map()
  /** The fork's keys, by the state that recorded them. */
  readonly recorded: Map<StateId, FactKey[]> = new Map()

  reuse(stateId: StateId, parentKey: FactKey): void {
    this.reused.set(parentKey, stateId)
  }

  record(stateId: StateId, key: FactKey): void {
    const keys = this.recorded.get(stateId)
    if (keys === undefined) this.recorded.set(stateId, [key])
    else keys.push(key)
  }
}
