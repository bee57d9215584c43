import type { JsonValue } from '@mfm/core-types'
import type { ErrorCode } from '@mfm/errors'
import { MfmError } from '@mfm/errors'
import { isExactAsDouble, isInteger64Token } from './integers.ts'
import { errorAt } from './located-error.ts'

/** Integers outside ±(2^53−1): see `ParseOptions`; `canonical` reads back what `canonicalize` wrote. */
type IntegerMode = 'refuse' | 'bigint' | 'string' | 'canonical'

export interface ParserOptions {
  readonly integers: IntegerMode
  readonly integersOnly: boolean
  readonly maxDepth: number
}

const SPACE = /[ \t\n\r]*/y
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const LITERAL = /true|false|null/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 8259, section 7: these must be escaped
const UNESCAPED = /[^"\\\u0000-\u001f]*/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y

/** A parser that sees every token: exact where `JSON.parse` rounds, drops or accepts in silence. */
export class ExactParser {
  readonly #text: string
  readonly #options: ParserOptions
  readonly #path: (string | number)[] = []
  #position = 0

  constructor(text: string, options: ParserOptions) {
    this.#text = text
    this.#options = options
  }

  parse(): JsonValue {
    this.#skipSpace()
    const value = this.#value()
    this.#skipSpace()
    if (this.#position < this.#text.length) throw this.#syntax()
    return value
  }

  #value(): JsonValue {
    switch (this.#text[this.#position]) {
      case '{':
        return this.#object()
      case '[':
        return this.#array()
      case '"':
        return this.#string()
      case 't':
        return this.#token(LITERAL) === 'true'
      case 'f':
        return this.#token(LITERAL) !== 'false'
      case 'n':
        this.#token(LITERAL)
        return null
      default:
        return this.#number(this.#token(NUMBER))
    }
  }

  #object(): JsonValue {
    const members: Record<string, JsonValue> = {}
    this.#open()
    if (this.#take('}')) return members
    do {
      this.#skipSpace()
      const name = this.#string()
      this.#path.push(name)
      if (Object.hasOwn(members, name)) {
        throw this.#problem('json_duplicate_member', 'the member is there twice')
      }
      this.#skipSpace()
      this.#expect(':')
      this.#skipSpace()
      define(members, name, this.#value())
      this.#skipSpace()
      this.#path.pop()
    } while (this.#take(','))
    this.#expect('}')
    return members
  }

  #array(): JsonValue {
    const items: JsonValue[] = []
    this.#open()
    if (this.#take(']')) return items
    do {
      this.#skipSpace()
      this.#path.push(items.length)
      items.push(this.#value())
      this.#path.pop()
      this.#skipSpace()
    } while (this.#take(','))
    this.#expect(']')
    return items
  }

  /** Steps over an opening bracket. The path is as long as the containers around it are many. */
  #open(): void {
    if (this.#path.length >= this.#options.maxDepth) {
      const { maxDepth } = this.#options
      throw this.#problem('json_too_deep', `the text has more than ${maxDepth} levels`)
    }
    this.#position += 1
    this.#skipSpace()
  }

  #string(): string {
    const start = this.#position
    this.#expect('"')
    let hasEscapes = false
    while (!this.#take('"')) {
      if (this.#matches(UNESCAPED) && this.#take('"')) break
      if (!this.#matches(ESCAPE)) throw this.#syntax()
      hasEscapes = true
    }
    const raw = this.#text.slice(start + 1, this.#position - 1)
    const value = hasEscapes ? String(JSON.parse(`"${raw}"`)) : raw
    if (value.isWellFormed()) return value
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

  #skipSpace(): void {
    if (this.#text.charCodeAt(this.#position) <= 0x20) this.#matches(SPACE)
  }

  /** Steps over what a sticky pattern matches here. */
  #matches(pattern: RegExp): boolean {
    pattern.lastIndex = this.#position
    if (!pattern.test(this.#text)) return false
    this.#position = pattern.lastIndex
    return true
  }

  #token(pattern: RegExp): string {
    const start = this.#position
    if (this.#matches(pattern)) return this.#text.slice(start, this.#position)
    throw this.#syntax()
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
    const problem = offset < this.#text.length ? 'is not JSON' : 'ends too early'
    return new MfmError('json_syntax', {
      message: `the text ${problem}, at offset ${offset}`,
      details: { offset },
    })
  }

  #problem(code: ErrorCode, problem: string): MfmError {
    return errorAt(code, this.#path, problem)
  }
}

function define(members: Record<string, JsonValue>, name: string, value: JsonValue): void {
  if (name !== '__proto__') {
    members[name] = value
    return
  }
  // Assigning would set the prototype.
  Object.defineProperty(members, name, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  })
}
