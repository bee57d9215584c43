import dgram from 'node:dgram'
import net from 'node:net'
import { activeScope, outsideState } from '../scope.ts'
import { dispatcherPatches } from './dispatcher.ts'
import type { AnyFunction, Patch } from './patch.ts'
import { dressed, watchedFunction } from './patch.ts'

/** Every stream socket connects here, whichever of `net`, `tls`, `http` and `http2` it was opened with. */
export function networkPatches(): readonly Patch[] {
  return [
    { target: globalThis, name: 'fetch', make: watchedFetch },
    watchedFunction(net.Socket.prototype, 'connect', { kind: 'net', what: 'net.connect' }),
    watchedFunction(dgram.Socket.prototype, 'send', { kind: 'net', what: 'dgram.send' }),
    ...dispatcherPatches(),
  ]
}

function watchedFetch(given: unknown): AnyFunction {
  const original = given as AnyFunction // the global `fetch`
  const wrapper = function (this: unknown, ...args: unknown[]): unknown {
    const scope = activeScope()
    if (scope === undefined) return Reflect.apply(original, this, args)
    const { fetch } = scope.standIns ?? {}
    if (fetch !== undefined) return Reflect.apply(fetch, undefined, args)
    try {
      scope.sensor?.note('fetch', 'fetch', scope.allow)
    } catch (error) {
      return Promise.reject(error)
    }
    // It connects later on, which is told already.
    return outsideState(() => Reflect.apply(original, this, args))
  }
  return dressed(wrapper, original)
}
