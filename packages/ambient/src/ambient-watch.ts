import type { StateId } from '@mfm/core-types'
import { caller } from './caller.ts'
import type { AmbientAllowance, AmbientFinding, AmbientKind } from './finding.ts'
import { ambientError } from './finding.ts'
import { installPatches } from './patches/install.ts'
import type { Sensor } from './scope.ts'
import { outsideState, watching } from './scope.ts'

/** `warn` tells, `refuse` tells and throws `ambient_io`. */
export type AmbientMode = 'warn' | 'refuse'

export interface AmbientWatchOptions {
  readonly mode: AmbientMode
  readonly allow?: readonly AmbientAllowance[] | undefined
  /** Told of each place once. Must not throw. */
  readonly onFinding?: ((finding: AmbientFinding) => void) | undefined
}

interface Attempt {
  readonly stateId: StateId
  readonly attempt: number
}

/** Kinds that packages use for their own housekeeping: settings in the environment, deadlines and clean-up. */
const HOUSEKEEPING: ReadonlySet<AmbientKind> = new Set(['env', 'timers'])
/** Kinds that Node's own code uses on behalf of whoever called it. */
const ON_BEHALF: ReadonlySet<AmbientKind> = new Set(['fetch', 'net'])

/** Stacks that one function is worth in a run that goes on after a finding: a loop may ask for the time a million times. */
const MAX_LOOKS = 1000

/** Finds what the states of one run take past their provider. */
export class AmbientWatch {
  readonly #options: AmbientWatchOptions
  readonly #allow: ReadonlySet<AmbientAllowance>
  readonly #told = new Set<string>()
  readonly #looks = new Map<string, number>()

  constructor(options: AmbientWatchOptions) {
    this.#options = options
    this.#allow = new Set(options.allow)
  }

  /** Puts the watch into the globals for as long as the run goes on. */
  install(): Disposable {
    return installPatches()
  }

  /**
   * Runs the code of a state.
   *
   * The functions that are watched throw MfmError `ambient_io` in it, where the mode is `refuse`.
   */
  async run<T>(attempt: Attempt, operation: () => T | Promise<T>): Promise<T> {
    const sensor: Sensor = {
      note: (kind, what, allow) => this.#note(attempt, { kind, what, allow }),
    }
    return await watching(sensor, this.#allow, operation)
  }

  #note(
    { stateId, attempt }: Attempt,
    call: { kind: AmbientKind; what: string; allow: ReadonlySet<AmbientAllowance> },
  ): void {
    const { kind, what, allow } = call
    if (allow.has(kind) || !this.#isWorthALook(what)) return
    const { isNode, nearest, author } = caller()
    if (isNode && !ON_BEHALF.has(kind)) return
    const asking = nearest?.package ?? null
    if (asking !== null && (HOUSEKEEPING.has(kind) || allow.has(`${kind}:${asking}`))) return
    const finding: AmbientFinding = {
      kind,
      what,
      stateId,
      attempt,
      location: author?.location ?? null,
      via:
        asking === null || nearest === undefined
          ? null
          : { package: asking, location: nearest.location },
    }
    this.#tell(finding)
    if (this.#options.mode === 'refuse') throw ambientError(finding)
  }

  #isWorthALook(what: string): boolean {
    if (this.#options.mode === 'refuse') return true
    const looks = this.#looks.get(what) ?? 0
    this.#looks.set(what, looks + 1)
    return looks < MAX_LOOKS
  }

  #tell(finding: AmbientFinding): void {
    const { what, location, via } = finding
    const place = JSON.stringify([what, location, via?.location])
    if (this.#told.has(place)) return
    this.#told.add(place)
    outsideState(() => this.#options.onFinding?.(finding))
  }
}
