import { dispatchThrough, isHandler, isRequest } from '../instrument/dispatch-through.ts'
import { activeScope } from '../scope.ts'
import type { Patch } from './patch.ts'

/** Where copies of undici share their dispatcher: version 8 and later, and those before it with Node's own. */
const SHARED = [Symbol.for('undici.globalDispatcher.2'), Symbol.for('undici.globalDispatcher.1')]

/** What the npm package undici sends its requests through, unless it is given a dispatcher. */
export function dispatcherPatches(): readonly Patch[] {
  return SHARED.map((name) => ({ target: globalThis, name, make: standingInFor }))
}

function standingInFor(dispatcher: unknown): unknown {
  if (typeof dispatcher !== 'object' || dispatcher === null) return dispatcher
  const dispatch = (...args: unknown[]): unknown => {
    const { fetch } = activeScope()?.standIns ?? {}
    const [request, handler] = args
    if (fetch === undefined || !isRequest(request) || !isHandler(handler)) {
      return Reflect.apply(Reflect.get(dispatcher, 'dispatch'), dispatcher, args)
    }
    return dispatchThrough(fetch, request, handler)
  }
  return new Proxy(dispatcher, {
    get: (target, name) => {
      if (name === 'dispatch') return dispatch
      const member: unknown = Reflect.get(target, name)
      // Its private members are there on the dispatcher alone.
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}
