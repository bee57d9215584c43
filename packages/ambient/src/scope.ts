import { AsyncLocalStorage } from 'node:async_hooks'
import type { AmbientAllowance, AmbientKind } from './finding.ts'
import type { StandIns } from './stand-ins.ts'

/** Told of what a state takes past its provider. Throws where that is refused. */
export interface Sensor {
  note(kind: AmbientKind, what: string, allow: ReadonlySet<AmbientAllowance>): void
}

/** Something that is taken back when the code that it was for has ended, from whatever this code left behind. */
interface Loan<T> {
  current: T | undefined
}

/** What applies to the code that runs in it, and to everything that this code begins. */
export class Scope {
  readonly allow: ReadonlySet<AmbientAllowance>
  readonly #sensor: Loan<Sensor>
  readonly #standIns: Loan<StandIns>

  constructor(
    sensor: Loan<Sensor>,
    standIns: Loan<StandIns>,
    allow: ReadonlySet<AmbientAllowance>,
  ) {
    this.#sensor = sensor
    this.#standIns = standIns
    this.allow = allow
  }

  /** Absent for code that is only instrumented. */
  get sensor(): Sensor | undefined {
    return this.#sensor.current
  }

  get standIns(): StandIns | undefined {
    return this.#standIns.current
  }

  allowing(more: readonly AmbientAllowance[]): Scope {
    return new Scope(this.#sensor, this.#standIns, new Set([...this.allow, ...more]))
  }

  standingIn(standIns: Loan<StandIns>): Scope {
    return new Scope(this.#sensor, standIns, this.allow)
  }
}

const scopes = new AsyncLocalStorage<Scope | undefined>()

/** While a watched function runs, what it calls in its turn is its own affair. */
let isQuiet = false

/** The scope of the running code; `undefined` outside a state, and in what a provider does for one. */
export function activeScope(): Scope | undefined {
  return isQuiet ? undefined : scopes.getStore()
}

export function quietly<T>(operation: () => T): T {
  const before = isQuiet
  isQuiet = true
  try {
    return operation()
  } finally {
    isQuiet = before
  }
}

/** Runs code whose use of the platform is told, until it ends. */
export async function watching<T>(
  sensor: Sensor,
  allow: ReadonlySet<AmbientAllowance>,
  operation: () => T | Promise<T>,
): Promise<T> {
  const loan: Loan<Sensor> = { current: sensor }
  return await lending(loan, new Scope(loan, { current: undefined }, allow), operation)
}

/** Runs code with stand-ins until it ends, watched or not as it is. */
export async function standingIn<T>(
  standIns: StandIns,
  operation: () => T | Promise<T>,
): Promise<T> {
  const loan: Loan<StandIns> = { current: standIns }
  const outer = scopes.getStore() ?? new Scope({ current: undefined }, loan, new Set())
  return await lending(loan, outer.standingIn(loan), operation)
}

async function lending<T>(
  loan: Loan<unknown>,
  scope: Scope,
  operation: () => T | Promise<T>,
): Promise<T> {
  try {
    return await scopes.run(scope, operation)
  } finally {
    loan.current = undefined
  }
}

/**
 * Runs what is not the state's own doing, such as a provider or a store on its behalf: nothing in it, or begun by it,
 * is watched or stood in for. Costs next to nothing outside a state.
 */
export function outsideState<T>(operation: () => T): T {
  return scopes.getStore() === undefined ? operation() : scopes.exit(operation)
}

/** Runs code that may take some kinds of outside input past its provider, besides those that are allowed already. */
export function allowAmbient<T>(allow: readonly AmbientAllowance[], operation: () => T): T {
  const scope = scopes.getStore()
  if (scope === undefined || allow.length === 0) return operation()
  return scopes.run(scope.allowing(allow), operation)
}
