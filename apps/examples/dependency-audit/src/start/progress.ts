import type { EventEnvelope, RunEvent } from '@mfm/core-types'
import { hasFactMeta } from '@mfm/core-types'
import { z } from 'zod'

const foundSchema = z.object({ dependencies: z.number(), questions: z.number() })

/** What the progress is written to: standard error. */
export interface ProgressOutput {
  readonly isTTY?: boolean | undefined
  write(text: string): unknown
}

/** Tells how a run goes: one line that is written again and again on a terminal, a few plain lines elsewhere. */
export class Progress {
  readonly #output: ProgressOutput
  readonly #isTerminal: boolean
  #answers = 0
  #questions = 0
  #isLineOpen = false

  constructor(output: ProgressOutput) {
    this.#output = output
    this.#isTerminal = output.isTTY === true
  }

  /** For the engine's `onEvent`: each event is durable by then. */
  readonly follow = ({ event }: EventEnvelope): void => {
    switch (event.type) {
      case 'state_entered':
        this.#enter(event.stateId)
        break
      case 'domain':
        this.#found(event)
        break
      case 'fact_recorded':
        this.#count(event)
        break
      case 'state_failed':
        this.#failed(event)
        break
      default:
        break
    }
  }

  /** A line that stays. */
  line(text: string): void {
    this.clear()
    this.#output.write(`${text}\n`)
  }

  /** Takes away the line that is being written again and again. */
  clear(): void {
    if (this.#isLineOpen) this.#output.write('\r\u001b[2K')
    this.#isLineOpen = false
  }

  #failed({ stateId, error }: RunEvent & { readonly type: 'state_failed' }): void {
    // Whoever interrupted it knows.
    if (error.code !== 'attempt_interrupted') {
      this.line(`${localName(stateId)} failed: ${error.message}`)
    }
  }

  #enter(stateId: string): void {
    const name = localName(stateId)
    if (name === 'collect_manifests') this.#show('reading the manifests')
    if (name === 'ask_registry') this.#show(this.#asking())
  }

  #found(event: RunEvent & { readonly type: 'domain' }): void {
    const found = foundSchema.safeParse(event.payload)
    if (event.name !== 'dependencies_found' || !found.success) return
    this.#questions = found.data.questions
    const { dependencies } = found.data
    const noun = dependencies === 1 ? 'dependency' : 'dependencies'
    this.line(`${dependencies} ${noun} to ask the registry about`)
  }

  #count({ meta }: RunEvent & { readonly type: 'fact_recorded' }): void {
    if (!hasFactMeta(meta) || meta.namespace !== 'http' || meta.outcome !== 'answered') return
    this.#answers += 1
    if (this.#isTerminal || this.#answers === this.#questions) this.#show(this.#asking())
  }

  #asking(): string {
    return `asking the registry: ${this.#answers} of ${this.#questions} answers recorded`
  }

  #show(text: string): void {
    if (this.#isTerminal) this.#output.write(`\r\u001b[2K${text}`)
    else this.line(text)
    this.#isLineOpen = this.#isTerminal
  }
}

function localName(stateId: string): string {
  return stateId.slice(stateId.lastIndexOf('.') + 1)
}
