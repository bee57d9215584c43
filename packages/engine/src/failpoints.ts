/** Where a run can be made to stop as if its process had died there. */
export type FailpointName =
  | 'before_run_started'
  | 'after_run_started'
  | 'after_handler'
  | 'after_state_completed'
  | 'after_state_failed'
  | 'before_run_completed'

/**
 * Single-use crash points for tests: an armed point stops the run there, with phase `running` and nothing more on the
 * stream, and is disarmed.
 */
export class Failpoints {
  readonly #armed = new Set<FailpointName>()

  arm(name: FailpointName): void {
    this.#armed.add(name)
  }

  /** Whether the point was armed; disarms it. */
  take(name: FailpointName): boolean {
    return this.#armed.delete(name)
  }
}
