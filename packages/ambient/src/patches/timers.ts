import timers from 'node:timers'
import timerPromises from 'node:timers/promises'
import type { Scope } from '../scope.ts'
import { activeScope } from '../scope.ts'
import type { StandInTimers } from '../stand-ins.ts'
import { isStandInTimer } from '../stand-ins.ts'
import type { AnyFunction, Patch } from './patch.ts'
import { dressed, watchedFunction } from './patch.ts'

/** `setImmediate`, `queueMicrotask` and `process.nextTick` read no clock: the same code has them in the same order. */
export function timerPatches(): readonly Patch[] {
  return [
    ...[globalThis, timers].flatMap((target) => [
      timer(target, 'setTimeout', false),
      timer(target, 'setInterval', true),
      { target, name: 'clearTimeout', make: clearing },
      { target, name: 'clearInterval', make: clearing },
    ]),
    watchedFunction(timerPromises, 'setTimeout', {
      kind: 'timers',
      what: 'setTimeout of node:timers/promises',
      isAsync: true,
      standIn: ({ standIns }, args) => standIns?.timers && (() => waited(standIns.timers, args)),
    }),
    watchedFunction(timerPromises, 'setInterval', {
      kind: 'timers',
      what: 'setInterval of node:timers/promises',
    }),
    { target: AbortSignal, name: 'timeout', make: deadline },
  ]
}

function timer(target: object, name: 'setTimeout' | 'setInterval', isRepeated: boolean): Patch {
  return watchedFunction(target, name, {
    kind: 'timers',
    what: name,
    standIn: ({ standIns }: Scope, [callback, millis, ...args]) => {
      if (standIns?.timers === undefined || typeof callback !== 'function') return
      const { timers: queue } = standIns
      return () => queue.set(() => callback(...args), delayOf(millis), isRepeated)
    },
  })
}

/** As the platform reads one. */
function delayOf(given: unknown): number {
  const millis = Number(given)
  return millis >= 1 && millis < 2 ** 31 ? Math.trunc(millis) : 1
}

function clearing(given: unknown): AnyFunction {
  const original = given as AnyFunction // `clearTimeout` or `clearInterval`
  const wrapper = function (this: unknown, ...args: unknown[]): unknown {
    const [handle] = args
    if (!isStandInTimer(handle)) return Reflect.apply(original, this, args)
    handle.close()
    return undefined
  }
  return dressed(wrapper, original)
}

async function waited(
  queue: StandInTimers | undefined,
  [millis, value, options]: readonly unknown[],
): Promise<unknown> {
  const { signal } = Object(options) as { readonly signal?: AbortSignal } // of the platform's own function
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const handle = queue?.set(resolve, delayOf(millis), false)
  const onAbort = (): void => {
    handle?.close()
    reject(
      Object.assign(new Error('The operation was aborted', { cause: signal?.reason }), ABORTED),
    )
  }
  if (signal?.aborted) onAbort()
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    await promise
    return value
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}

const ABORTED = { name: 'AbortError', code: 'ABORT_ERR' }

/** Not told of: it ends a call earlier, and how a call ended is recorded. */
function deadline(given: unknown): AnyFunction {
  const original = given as AnyFunction // `AbortSignal.timeout`
  const wrapper = function (this: unknown, ...args: unknown[]): unknown {
    const queue = activeScope()?.standIns?.timers
    if (queue === undefined) return Reflect.apply(original, this, args)
    const controller = new AbortController()
    const abort = (): void => {
      const message = 'The operation was aborted due to timeout'
      controller.abort(new DOMException(message, 'TimeoutError'))
    }
    queue.set(abort, delayOf(args[0]), false)
    return controller.signal
  }
  return dressed(wrapper, original)
}
