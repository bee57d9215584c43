import { canonicalize } from '@mfm/canonical-json'
import type { DomainEvent, EventRecorder, JsonValue, RunConfig, StateId } from '@mfm/core-types'
import { RESERVED_EVENT_NAMES } from '@mfm/core-types'
import { isMfmError, MfmError } from '@mfm/errors'
import type { SecretGuard } from '@mfm/secrets'

export interface RunRecorderOptions {
  readonly stateId: StateId
  readonly attempt: number
  readonly config: RunConfig
  readonly guard: SecretGuard
  readonly write: (events: readonly DomainEvent[]) => Promise<void>
}

/** Characters of an event's name. */
const NAME_LIMIT = 200

/** Judges what a state emits. Under the `minimal` profile nothing is judged and nothing is written. */
export class RunRecorder implements EventRecorder {
  readonly #options: RunRecorderOptions

  constructor(options: RunRecorderOptions) {
    this.#options = options
  }

  async emit(name: string, payload: JsonValue): Promise<void> {
    await this.emitMany([{ name, payload }])
  }

  async emitMany(
    events: readonly { readonly name: string; readonly payload: JsonValue }[],
  ): Promise<void> {
    if (this.#options.config.eventProfile === 'minimal' || events.length === 0) return
    await this.#options.write(events.map(({ name, payload }) => this.#judge(name, payload)))
  }

  #judge(name: string, payload: JsonValue): DomainEvent {
    const { stateId, attempt, config, guard } = this.#options
    if (RESERVED_EVENT_NAMES.has(name)) throw invalid(name, 'the name is reserved')
    if (name.length === 0 || name.length > NAME_LIMIT || !name.isWellFormed()) {
      throw invalid(name, `a name has 1 to ${NAME_LIMIT} characters of Unicode`)
    }
    try {
      canonicalize(payload, { numbers: config.numbers })
      guard.admit(name, 'the name of an event')
      const admitted = guard.admit(structuredClone(payload), `the event ${name}`)
      return { type: 'domain', v: 1, name, payload: admitted, payloadRef: null, stateId, attempt }
    } catch (cause) {
      if (!isMfmError(cause)) throw cause
      throw invalid(cause.code === 'secrets_detected' ? '' : name, cause.message, cause)
    }
  }
}

function invalid(name: string, problem: string, cause?: MfmError): MfmError {
  return new MfmError('domain_event_invalid', {
    message: `the event ${JSON.stringify(name.slice(0, 100))} was refused: ${problem}`,
    details: { problem, ...(cause === undefined ? {} : { reason: cause.code }) },
    cause,
  })
}
