import type { RunContext } from '@mfm/core-types'
import { decode, MfmError } from '@mfm/errors'
import type { AnyContextKey, ValueOf } from './context-key.ts'

/** The run's context as one state sees it: the keys that it declares, with their types. */
export interface TypedContext<Read extends AnyContextKey, Write extends AnyContextKey> {
  /** @throws MfmError `context_key_missing` where no value was written */
  read<K extends Read | Write>(key: K): Promise<ValueOf<K>>
  /** The value, or `undefined` where none was written. */
  find<K extends Read | Write>(key: K): Promise<ValueOf<K> | undefined>
  /**
   * Takes effect when the state completes; a failed attempt leaves nothing.
   *
   * @throws MfmError `context_value_invalid` or `secrets_detected`
   */
  write<K extends Write>(key: K, value: ValueOf<K>): void
  delete(key: Write): void
}

export function typedContext(context: RunContext): TypedContext<AnyContextKey, AnyContextKey> {
  const find = async <K extends AnyContextKey>(key: K): Promise<ValueOf<K> | undefined> => {
    const stored = await context.read(key.name)
    return stored === undefined ? undefined : judge(key, stored)
  }
  return {
    find,
    read: async (key) => {
      const value = await find(key)
      if (value !== undefined) return value
      throw new MfmError('context_key_missing', {
        message: `the context holds no value for ${key.name}`,
        details: { key: key.name },
      })
    },
    write: (key, value) => {
      context.write(key.name, judge(key, value))
    },
    delete: (key) => {
      context.delete(key.name)
    },
  }
}

/** Whether it is JSON is judged by the context itself. */
function judge<K extends AnyContextKey>(key: K, value: unknown): ValueOf<K> {
  return decode<ValueOf<K>>(key.schema, value, 'context_value_invalid', {
    what: `the value of the context key ${key.name}`,
    details: { key: key.name },
  })
}
