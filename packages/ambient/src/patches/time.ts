import type { Scope } from '../scope.ts'
import { activeScope } from '../scope.ts'
import type { AnyFunction, Patch } from './patch.ts'
import { dressed, watched, watchedFunction } from './patch.ts'

export function timePatches(): readonly Patch[] {
  const asNow = (scope: Scope): (() => number) | undefined => {
    const { clock } = scope.standIns ?? {}
    return clock && (() => clock.now())
  }
  const asElapsed = (scope: Scope): (() => number) | undefined => {
    const { clock } = scope.standIns ?? {}
    return clock && (() => clock.elapsed())
  }
  const own = watchedDate(Date)
  return [
    watchedFunction(Date, 'now', { kind: 'time', what: 'Date.now', standIn: asNow }),
    { target: globalThis, name: 'Date', make: () => own },
    { target: Date.prototype, name: 'constructor', make: () => own },
    watchedFunction(Object.getPrototypeOf(performance), 'now', {
      kind: 'time',
      what: 'performance.now',
      standIn: asElapsed,
    }),
    { target: process, name: 'hrtime', make: watchedHrtime },
  ]
}

/** Counts where it reads the clock: `Date()` and `new Date()`, not `new Date(0)`. */
function watchedDate(original: DateConstructor): DateConstructor {
  const nowIn = (what: string): number | undefined => {
    const scope = activeScope()
    const now = scope?.standIns?.clock?.now()
    if (now === undefined) scope?.sensor?.note('time', what, scope.allow)
    return now
  }
  return new Proxy(original, {
    apply: () => {
      const now = nowIn('Date()')
      return now === undefined ? original() : new original(now).toString()
    },
    construct: (target, args, newTarget) => {
      const now = args.length === 0 ? nowIn('new Date()') : undefined
      return Reflect.construct(target, now === undefined ? args : [now], newTarget) as object // a Date
    },
  })
}

function watchedHrtime(given: unknown): unknown {
  const original = given as NodeJS.HRTime & AnyFunction // what `process.hrtime` is
  const nanos = (scope: Scope): bigint | undefined => {
    const { clock } = scope.standIns ?? {}
    return clock && BigInt(Math.round(clock.elapsed() * 1e6))
  }
  const wrapper = watched(original, {
    kind: 'time',
    what: 'process.hrtime',
    standIn: (scope, [earlier]) => {
      const now = nanos(scope)
      return now === undefined ? undefined : () => pair(now, earlier)
    },
  })
  const bigint = watched(original.bigint, {
    kind: 'time',
    what: 'process.hrtime.bigint',
    standIn: (scope) => {
      const now = nanos(scope)
      return now === undefined ? undefined : () => now
    },
  })
  return Object.assign(dressed(wrapper, original), { bigint })
}

function pair(now: bigint, earlier: unknown): [number, number] {
  const [seconds, rest] = Array.isArray(earlier) ? earlier.map(BigInt) : []
  const difference = now - (seconds ?? 0n) * 1_000_000_000n - (rest ?? 0n)
  return [Number(difference / 1_000_000_000n), Number(difference % 1_000_000_000n)]
}
