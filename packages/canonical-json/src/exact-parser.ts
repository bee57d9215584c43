import type { JsonValue } from '@mfm/core-types'
import type { ErrorCode } from '@mfm/errors'
import { MfmError } from '@mfm/errors'
import { isExactAsDouble, isInteger64Token } from './integers.ts'
import { formatPointer } from './json-pointer.ts'

/** Integers outside ±(2^53−1): see `ParseOptions`; `canonical` reads back what `canonicalize` wrote. */
export type IntegerMode = 'refuse' | 'bigint' | 'string' | 'canonical'

export interface ExactParserOptions {
  readonly integers: IntegerMode
  readonly integersOnly: boolean
  readonly maxDepth: number
}

const SPACE = /[ \t\n\r]*/y
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 8259, section 7: these must be escaped
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const LITERAL = /true|false|null/y
const LITERALS: Readonly<Record<string, JsonValue>> = { true: true, false: false, null: null }

/** A parser that sees every token: exact where `JSON.parse` rounds, drops or accepts in silence. */
export class ExactParser {
  readonly #text: string
  readonly #options: ExactParserOptions
  readonly #path: (string | number)[] = []
  #position = 0

  constructor(text: string, options: ExactParserOptions) {
    this.#text = text
    this.#options = options
  }

  parse(): JsonValue {
    const value = this.#value()
    if (this.#position < this.#text.length) throw this.#syntax()
    return value
  }

  /** One value with the white space around it. */
  #value(): JsonValue {
    this.#match(SPACE)
    const value = this.#bareValue()
    this.#match(SPACE)
    return value
  }

  #bareValue(): JsonValue {
    switch (this.#text[this.#position]) {
      case '{':
        return this.#object()
      case '[':
        return this.#array()
      case '"':
        return this.#string()
      case 't':
      case 'f':
      case 'n':
        return LITERALS[this.#token(LITERAL)] ?? null
      default:
        return this.#number(this.#token(NUMBER))
    }
  }

  #object(): JsonValue {
    const members: Record<string, JsonValue> = {}
    this.#enter()
    if (this.#take('}')) return members
    do {
      this.#match(SPACE)
      const name = this.#string()
      this.#path.push(name)
      if (Object.hasOwn(members, name)) {
        throw this.#problem('json_duplicate_member', 'the member is there twice')
      }
      this.#match(SPACE)
      this.#expect(':')
      define(members, name, this.#value())
      this.#path.pop()
    } while (this.#take(','))
    this.#expect('}')
    return members
  }

  #array(): JsonValue {
    const items: JsonValue[] = []
    this.#enter()
    if (this.#take(']')) return items
    do {
      this.#path.push(items.length)
      items.push(this.#value())
      this.#path.pop()
    } while (this.#take(','))
    this.#expect(']')
    return items
  }

  /** Steps over an opening bracket. The path is as long as the containers around it are many. */
  #enter(): void {
    if (this.#path.length >= this.#options.maxDepth) {
      throw this.#problem('json_too_deep', `more than ${this.#options.maxDepth} levels`)
    }
    this.#position += 1
    this.#match(SPACE)
  }

  #string(): string {
    const token = this.#token(STRING)
    const text = token.includes('\\') ? String(JSON.parse(token)) : token.slice(1, -1)
    if (text.isWellFormed()) return text
    throw this.#problem('json_not_representable', 'a string holds a lone surrogate')
  }

  #number(token: string): JsonValue {
    const value = Number(token)
    const isInteger = !/[.eE]/.test(token)
    if (this.#options.integersOnly && !(isInteger && token !== '-0' && isInteger64Token(token))) {
      throw this.#problem('float_not_allowed', 'the number is not an integer of 64 bits')
    }
    if (isInteger && !Number.isSafeInteger(value)) return this.#largeInteger(token, value)
    if (Number.isFinite(value)) return value
    throw this.#problem('json_number_inexact', 'the number is too large for a double')
  }

  #largeInteger(token: string, value: number): JsonValue {
    switch (this.#options.integers) {
      case 'bigint':
        return BigInt(token)
      case 'string':
        return token
      case 'canonical':
        if (isInteger64Token(token)) return BigInt(token)
        if (Number.isFinite(value)) return value
        break
      case 'refuse':
        if (!this.#options.integersOnly && isExactAsDouble(token, value)) return value
        break
    }
    throw this.#problem('json_number_inexact', 'a double does not hold the integer exactly')
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position
    const token = pattern.exec(this.#text)?.[0]
    if (token !== undefined) this.#position += token.length
    return token
  }

  #token(pattern: RegExp): string {
    const token = this.#match(pattern)
    if (token === undefined) throw this.#syntax()
    return token
  }

  #take(punctuator: string): boolean {
    if (this.#text[this.#position] !== punctuator) return false
    this.#position += 1
    return true
  }

  #expect(punctuator: string): void {
    if (!this.#take(punctuator)) throw this.#syntax()
  }

  #syntax(): MfmError {
    const offset = this.#position
    return new MfmError('json_syntax', {
      message: `the text is not JSON at offset ${offset}`,
      details: { offset },
    })
  }

  #problem(code: ErrorCode, problem: string): MfmError {
    const pointer = formatPointer(this.#path).toWellFormed()
    return new MfmError(code, { message: `${problem}, at '${pointer}'`, details: { pointer } })
  }
}

/** Assigning to `__proto__` would set the prototype. */
function define(members: Record<string, JsonValue>, name: string, value: JsonValue): void {
  if (name === '__proto__') {
    Object.defineProperty(members, name, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    })
  } else members[name] = value
}
