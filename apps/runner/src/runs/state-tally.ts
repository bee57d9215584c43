import type { EventEnvelope, StateId } from '@mfm/core-types'
import { hasFactMeta } from '@mfm/core-types'
import type { StateDetails } from '../output-schemas/run-details-document.ts'

type Tally = { -readonly [Member in keyof StateDetails]: StateDetails[Member] }

/** Adds up what the events of a run say of each state, in the order in which the states were first entered. */
export class StateTally {
  readonly #states = new Map<StateId, Tally>()

  get states(): readonly StateDetails[] {
    return [...this.#states.values()]
  }

  add({ event, tsMillis }: EventEnvelope): void {
    switch (event.type) {
      case 'state_entered': {
        const tally = this.#of(event.stateId, tsMillis)
        tally.attempts += 1
        tally.phase = 'running'
        break
      }
      case 'state_completed':
        this.#close(this.#of(event.stateId, tsMillis), tsMillis).phase = 'completed'
        break
      case 'state_failed': {
        const tally = this.#close(this.#of(event.stateId, tsMillis), tsMillis)
        tally.phase = 'failed'
        tally.lastError = event.error
        break
      }
      case 'fact_recorded':
        if (hasFactMeta(event.meta)) this.#of(event.meta.stateId, tsMillis).facts += 1
        break
      default:
        break
    }
  }

  #of(stateId: StateId, startedAtMillis: number | null): Tally {
    const known = this.#states.get(stateId)
    if (known !== undefined) return known
    const tally: Tally = {
      stateId,
      phase: 'running',
      attempts: 0,
      facts: 0,
      startedAtMillis,
      endedAtMillis: null,
      durationMillis: null,
      lastError: null,
    }
    this.#states.set(stateId, tally)
    return tally
  }

  #close(tally: Tally, endedAtMillis: number | null): Tally {
    tally.endedAtMillis = endedAtMillis
    tally.durationMillis = elapsed(tally.startedAtMillis, endedAtMillis)
    return tally
  }
}

/** Clocks may be set back, so never less than nothing. */
export function elapsed(from: number | null, to: number | null): number | null {
  return from === null || to === null ? null : Math.max(0, to - from)
}
