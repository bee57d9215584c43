import type { JsonValue } from '@mfm/core-types'
import type { ErrorCode } from '@mfm/errors'
import { MfmError } from '@mfm/errors'
import { isInteger64 } from './integers.ts'
import { formatPointer } from './json-pointer.ts'
import type { CanonicalOptions } from './options.ts'
import { depthLimit, integersOnly } from './options.ts'

/**
 * The canonical text of a value (RFC 8785): no whitespace, members sorted by UTF-16 code units, numbers as ECMAScript
 * writes them. Integers beyond 2^53 are exact as `bigint`, from −2^63 to 2^64−1.
 *
 * `toJSON` is never called; a getter is read once, like a value. Members whose name is a symbol are left out.
 *
 * @throws MfmError `json_not_representable`, `json_number_inexact` (a bigint of more than 64 bits),
 * `float_not_allowed` (profile `integers_only`), all with `details.pointer`; `json_too_deep`; `invalid_option`
 */
export function canonicalize(value: JsonValue, options?: CanonicalOptions): string {
  return new Writer(integersOnly(options), depthLimit(options)).write(value)
}

/** The UTF-8 bytes of {@link canonicalize}, in a buffer of their own. */
export function canonicalBytes(
  value: JsonValue,
  options?: CanonicalOptions,
): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(canonicalize(value, options))
}

class Writer {
  readonly #integersOnly: boolean
  readonly #maxDepth: number
  readonly #path: (string | number)[] = []
  readonly #ancestors = new Set<object>()

  constructor(integers: boolean, maxDepth: number) {
    this.#integersOnly = integers
    this.#maxDepth = maxDepth
  }

  write(value: unknown): string {
    switch (typeof value) {
      case 'string':
        return this.#string(value)
      case 'number':
        return this.#number(value)
      case 'boolean':
        return value ? 'true' : 'false'
      case 'bigint':
        return this.#bigint(value)
      case 'object':
        return value === null ? 'null' : this.#container(value)
      default:
        throw this.#error('json_not_representable', `${typeof value} has no JSON form`)
    }
  }

  #string(value: string): string {
    if (value.isWellFormed()) return JSON.stringify(value)
    throw this.#error('json_not_representable', 'a string holds a lone surrogate')
  }

  #number(value: number): string {
    if (!Number.isFinite(value)) {
      throw this.#error('json_not_representable', `${value} has no JSON form`)
    }
    if (this.#integersOnly && (!Number.isSafeInteger(value) || Object.is(value, -0))) {
      throw this.#error('float_not_allowed', 'the number is not an integer within 2^53')
    }
    return String(value)
  }

  #bigint(value: bigint): string {
    if (isInteger64(value)) return String(value)
    throw this.#error(
      this.#integersOnly ? 'float_not_allowed' : 'json_number_inexact',
      'the integer has more than 64 bits',
    )
  }

  #container(value: object): string {
    if (this.#ancestors.has(value)) {
      throw this.#error('json_not_representable', 'the value contains itself')
    }
    if (this.#ancestors.size >= this.#maxDepth) {
      throw this.#error('json_too_deep', `the value is nested deeper than ${this.#maxDepth}`)
    }
    const prototype: unknown = Object.getPrototypeOf(value)
    this.#ancestors.add(value)
    let text: string
    if (Array.isArray(value) && prototype === Array.prototype) text = this.#array(value)
    else if (prototype === Object.prototype || prototype === null) text = this.#object(value)
    else throw this.#error('json_not_representable', 'a class instance has no JSON form')
    this.#ancestors.delete(value)
    return text
  }

  #array(items: readonly unknown[]): string {
    const parts: string[] = []
    for (let index = 0; index < items.length; index++) parts.push(this.#child(index, items[index]))
    return `[${parts.join(',')}]`
  }

  #object(value: object): string {
    const members = value as Readonly<Record<string, unknown>> // any object may be read by name
    const parts = Object.keys(value)
      .sort()
      .map((name) => `${this.#child(name, name)}:${this.#child(name, members[name])}`)
    return `{${parts.join(',')}}`
  }

  #child(part: string | number, value: unknown): string {
    this.#path.push(part)
    const text = this.write(value)
    this.#path.pop()
    return text
  }

  #error(code: ErrorCode, problem: string): MfmError {
    const pointer = formatPointer(this.#path).toWellFormed()
    return new MfmError(code, { message: `${problem} at '${pointer}'`, details: { pointer } })
  }
}
