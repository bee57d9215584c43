import type { AmbientKind } from '../finding.ts'
import type { Scope } from '../scope.ts'
import { activeScope, quietly } from '../scope.ts'

/** A function of any signature, as a patch sees it: it hands on what it was given. */
export type AnyFunction = (this: unknown, ...args: unknown[]) => unknown

/** A property of the platform, and what stands there while somebody watches. */
export interface Patch {
  readonly target: object
  readonly name: string | symbol
  /** Gives what stands in place of the value that is there. */
  readonly make: (original: unknown) => unknown
}

export interface WatchedFunction {
  readonly kind: AmbientKind
  readonly what: string
  /** Whether a refusal is a rejection. */
  readonly isAsync?: boolean
  /** Calls that are none of anybody's concern. */
  readonly isHarmless?: (args: readonly unknown[]) => boolean
  /** Answers in instrumented code; `undefined` where nothing stands in. */
  readonly standIn?: (scope: Scope, args: readonly unknown[]) => (() => unknown) | undefined
}

/** A function that says that it was called from a state, and does what it always did. */
export function watchedFunction(target: object, name: string, how: WatchedFunction): Patch {
  return { target, name, make: (original) => watched(original as AnyFunction, how) } // by its name it is one
}

export function watched(original: AnyFunction, how: WatchedFunction): AnyFunction {
  const wrapper = function (this: unknown, ...args: unknown[]): unknown {
    const scope = activeScope()
    if (scope === undefined || how.isHarmless?.(args)) return Reflect.apply(original, this, args)
    const answer = how.standIn?.(scope, args)
    if (answer !== undefined) return answer()
    try {
      scope.sensor?.note(how.kind, how.what, scope.allow)
    } catch (error) {
      if (how.isAsync) return Promise.reject(error)
      throw error
    }
    return quietly(() => Reflect.apply(original, this, args))
  }
  return dressed(wrapper, original)
}

/** Name, length, and what else programs look up on a function. */
export function dressed(wrapper: AnyFunction, original: AnyFunction): AnyFunction {
  const { prototype: _, ...members } = Object.getOwnPropertyDescriptors(original) as ReturnType<
    typeof Object.getOwnPropertyDescriptors
  > // its type lists the members of a function alone
  return Object.defineProperties(wrapper, members)
}

/** Puts a patch in place; gives what undoes it, unless somebody else has put something there since. */
export function applyPatch({ target, name, make }: Patch): (() => void) | undefined {
  const before = Object.getOwnPropertyDescriptor(target, name)
  if (before === undefined || !('value' in before)) return undefined
  if (!before.configurable && !before.writable) return undefined
  const value: unknown = make(before.value)
  Object.defineProperty(target, name, { ...before, value })
  return () => {
    if (Object.getOwnPropertyDescriptor(target, name)?.value !== value) return
    Object.defineProperty(target, name, before)
  }
}
