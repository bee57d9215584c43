import type { OpenedStores } from '../src/index.ts'

const PORTS = ['events', 'artifacts', 'facts', 'atomic'] as const

/** The same stores; the name and the arguments of every call go into a list, in the order they are made. */
export function callsRecorded(stores: OpenedStores, calls: string[]): OpenedStores {
  const recorded = PORTS.flatMap((port) => {
    const store = stores[port]
    return store === undefined ? [] : [[port, recording(port, store, calls)] as const]
  })
  return { ...stores, ...Object.fromEntries(recorded) }
}

function recording<T extends object>(port: string, store: T, calls: string[]): T {
  return new Proxy(store, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key, target)
      if (typeof value !== 'function') return value
      return (...given: unknown[]) => {
        calls.push(`${port}.${String(key)} ${textOf(given)}`)
        return Reflect.apply(value, target, given)
      }
    },
  })
}

function textOf(given: readonly unknown[]): string {
  return JSON.stringify(given, (_, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`
    return value instanceof AbortSignal ? 'signal' : value
  })
}
