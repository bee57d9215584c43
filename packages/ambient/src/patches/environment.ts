import { activeScope } from '../scope.ts'
import type { Patch } from './patch.ts'

export function environmentPatches(): readonly Patch[] {
  return [
    { target: process, name: 'env', make: (env) => watchedEnvironment(env as NodeJS.ProcessEnv) }, // by its name
  ]
}

function watchedEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const note = (name: string | symbol): void => {
    const scope = activeScope()
    if (typeof name === 'string') scope?.sensor?.note('env', `process.env.${name}`, scope.allow)
  }
  return new Proxy(env, {
    get: (target, name) => {
      note(name)
      return Reflect.get(target, name)
    },
    has: (target, name) => {
      note(name)
      return Reflect.has(target, name)
    },
    ownKeys: (target) => {
      const scope = activeScope()
      scope?.sensor?.note('env', 'process.env', scope.allow)
      return Reflect.ownKeys(target)
    },
    // With the target as its receiver: the environment itself turns values into strings.
    set: (target, name, value) => Reflect.set(target, name, value),
  })
}
