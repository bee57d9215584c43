import { AsyncLocalStorage } from 'node:async_hooks'
import type { AmbientAllowance, AmbientKind } from './finding.ts'
import type { StandIns } from './stand-ins.ts'

/** Told of what a state takes past its provider. Throws where that is refused. */
export interface Sensor {
  note(kind: AmbientKind, what: string, allow: ReadonlySet<AmbientAllowance>): void
}

/** What applies to the code that runs in it, and to everything that this code begins. */
export interface Scope {
  /** Absent for code that is only instrumented. */
  readonly sensor: Sensor | undefined
  readonly allow: ReadonlySet<AmbientAllowance>
  readonly standIns: StandIns | undefined
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

export function within<T>(scope: Scope, operation: () => T): T {
  return scopes.run(scope, operation)
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
  return scopes.run({ ...scope, allow: new Set([...scope.allow, ...allow]) }, operation)
}

/** Runs code with stand-ins, watched or not as it is. */
export function standingIn<T>(standIns: StandIns, operation: () => T): T {
  const scope = scopes.getStore() ?? { sensor: undefined, allow: new Set() }
  return scopes.run({ ...scope, standIns }, operation)
}
