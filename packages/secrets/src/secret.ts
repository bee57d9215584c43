import type { SecretHandle } from '@mfm/core-types'
import { isSegment, SECRET_HANDLE } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'

/** A handle that stands for a secret value and prints as `[secret:name]` wherever it is turned into text. */
export interface Secret extends SecretHandle {
  toString(): string
  toJSON(): string
}

class Handle implements Secret {
  readonly [SECRET_HANDLE] = true as const
  readonly name: string
  /** Private to the engine: no clone, inspection, enumeration or serialisation reaches it. */
  readonly #value: string | undefined

  constructor(name: string, value: string | undefined) {
    this.name = name
    this.#value = value
    Object.freeze(this)
  }

  static valueOf(handle: object): string | undefined {
    return #value in handle ? handle.#value : undefined
  }

  toString(): string {
    return placeholderOf(this)
  }

  toJSON(): string {
    return placeholderOf(this)
  }

  [Symbol.toPrimitive](): string {
    return placeholderOf(this)
  }

  /** What `console.log` and `util.inspect` show. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return placeholderOf(this)
  }
}

/**
 * Names a secret whose value a resolver knows. The handle holds nothing but the name.
 *
 * @param name one segment, such as `github_token`
 * @throws MfmError `invalid_id`, without quoting what was given: it may be the secret itself
 */
export function secret(name: string): Secret {
  return new Handle(checkedName(name), undefined)
}

/**
 * Wraps a value that is at hand, such as a credential that somebody wrote into a header. Only a resolver of this
 * same copy of the package can read it back, so a clone or a spread copy has the name and no value.
 *
 * @throws MfmError `invalid_id` for the name, `invalid_option` where the value is not a string; neither is quoted
 */
export function secretValue(name: string, value: string): Secret {
  const checked = checkedName(name)
  if (typeof value === 'string') return new Handle(checked, value)
  throw new MfmError('invalid_option', {
    message: `the value of the secret ${checked} is not a string`,
    details: { option: 'value', name: checked },
  })
}

/** Where a handle stands in everything that is stored or shown. */
export function placeholderOf(handle: SecretHandle): string {
  return `[secret:${handle.name}]`
}

/** The value that a handle carries; for the resolver alone. */
export function carriedValue(handle: SecretHandle): string | undefined {
  return Handle.valueOf(handle)
}

/** @throws MfmError `invalid_id` without the name */
export function checkedName(name: unknown): string {
  if (isSegment(name)) return name
  throw new MfmError('invalid_id', {
    message: 'the name of a secret is not 1 to 63 of a-z, 0-9 and _, the first a letter',
    details: { id: 'secret_name' },
    help: 'Give the name of the secret, not its value.',
  })
}
