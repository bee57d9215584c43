import type { EventEnvelope } from '@mfm/core-types'
import type { Cli } from '../cli/cli.ts'
import { shorten } from '../render/printable.ts'
import { count, duration } from '../render/times.ts'

/** Redraws at most this often, in ms. */
const INTERVAL = 80
/** Redraws at least this often, so that a long state is seen to take its time. */
const TICK = 500

/** What a line of progress says. */
export interface ProgressState {
  readonly completed: number
  readonly states: number
  readonly at: string
  readonly attempt: number
  readonly facts: number
  readonly millis: number
}

export function progressLine(state: ProgressState, columns: number): string {
  const { completed, states, at, attempt, facts, millis } = state
  const again = attempt === 0 ? '' : ` attempt ${attempt}`
  const line = `${completed}/${states}  ${at}${again}  ${count(facts, 'fact')}  ${duration(millis)}`
  return shorten(line, columns - 1)
}

/** One line on standard error that is written over and over, where that is a terminal and not a CI log; else nothing. */
export class Progress {
  readonly #cli: Cli
  readonly #states: number
  readonly #begin = performance.now()
  readonly #isShown: boolean
  readonly #ticks: NodeJS.Timeout | undefined
  #drawnAt = Number.NEGATIVE_INFINITY
  #completed = 0
  #facts = 0
  #at = ''
  #attempt = 0
  #events = 0

  constructor(cli: Cli, states: number) {
    this.#cli = cli
    this.#states = states
    const isDumb = cli.env['TERM'] === 'dumb'
    this.#isShown = cli.stderr.isTerminal && !cli.env['CI'] && !isDumb
    // It must not keep a run alive that nothing else can wake.
    if (this.#isShown) this.#ticks = setInterval(() => this.#draw(), TICK).unref()
  }

  /** How many events were made durable. */
  get events(): number {
    return this.#events
  }

  onEvent({ event }: EventEnvelope): void {
    this.#events += 1
    if (event.type === 'state_entered') {
      this.#at = event.stateId
      this.#attempt = event.attempt
    }
    if (event.type === 'state_completed') this.#completed += 1
    if (event.type === 'fact_recorded') this.#facts += 1
    this.#draw()
  }

  /** A line that stays, above the progress. */
  note(text: string): void {
    this.#clear()
    this.#cli.stderr.line(text)
  }

  end(): void {
    clearInterval(this.#ticks)
    this.#clear()
  }

  #clear(): void {
    if (this.#isShown) this.#cli.stderr.raw('\r\u001b[K')
  }

  #draw(): void {
    const now = performance.now()
    if (!this.#isShown || now - this.#drawnAt < INTERVAL) return
    this.#drawnAt = now
    const line = progressLine(
      {
        completed: this.#completed,
        states: this.#states,
        at: this.#at,
        attempt: this.#attempt,
        facts: this.#facts,
        millis: Math.round(now - this.#begin),
      },
      this.#cli.stderr.columns,
    )
    this.#cli.stderr.raw(`\r\u001b[K${line}`)
  }
}
