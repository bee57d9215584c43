import type { ErrorCode, MfmError } from '@mfm/errors'
import { isInteger64 } from './integers.ts'
import { errorAt } from './located-error.ts'
import type { ShapeMember } from './shape.ts'
import { MAX_SHAPE_MEMBERS, ShapeCache } from './shape.ts'

/** A name or an index in the container that is being written. */
type Part = string | number

const shapes = new ShapeCache()
const SMALL_INTEGERS: readonly string[] = Array.from({ length: 1024 }, (_, value) => String(value))
// One question in three forms: a loop has no start-up cost, one pattern less of it than three searches, and searches
// for one character are several times faster a character.
const SHORT = 8
const LONG = 96
const UNUSUAL = /[^ !#-[\]-\ud7ff\ue000-\uffff]/
// biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 8785, section 3.2.2.2: these are escaped
const CONTROL = /[\u0000-\u001f]/
/** So deep, a container that is inside itself is noticed only a few rounds later. */
const TRUSTED_DEPTH = 16

export interface WriterOptions {
  readonly integersOnly: boolean
  readonly maxDepth: number
}

/** Writes one value. Each step takes the text so far and gives it back with its own at the end. */
export class Writer {
  readonly #integersOnly: boolean
  readonly #maxDepth: number
  readonly #trustedDepth: number
  readonly #root: unknown
  /** Where each of the containers around the value is in the one before; the first is the root. */
  readonly #path: Part[] = []
  /** The containers around the value, from the trusted depth on. */
  readonly #deep: object[] = []
  #depth = 0
  #hasUnsafeInteger = false

  constructor(root: unknown, { integersOnly, maxDepth }: WriterOptions) {
    this.#root = root
    this.#integersOnly = integersOnly
    this.#maxDepth = maxDepth
    this.#trustedDepth = Math.min(TRUSTED_DEPTH, maxDepth)
  }

  /** Whether a number outside ±(2^53−1) or a bigint was written. */
  get hasUnsafeInteger(): boolean {
    return this.#hasUnsafeInteger
  }

  write(): string {
    return this.#value('', this.#root, '')
  }

  #value(text: string, value: unknown, part: Part): string {
    if (typeof value === 'string') return `${text}"${this.#quotable(value, part)}"`
    return this.#nonString(text, value, part)
  }

  #nonString(text: string, value: unknown, part: Part): string {
    if (typeof value === 'number') return text + this.#number(value, part)
    if (typeof value === 'object') {
      return value === null ? `${text}null` : this.#container(text, value, part)
    }
    if (value === true) return `${text}true`
    if (value === false) return `${text}false`
    if (typeof value === 'bigint') return text + this.#bigint(value, part)
    throw this.#error('json_not_representable', `${typeof value} has no JSON form`, part)
  }

  /** What goes between the quotes. */
  #quotable(value: string, part: Part): string {
    if (isUsual(value)) return value
    if (value.isWellFormed()) return JSON.stringify(value).slice(1, -1)
    throw this.#error('json_not_representable', 'a string holds a lone surrogate', part)
  }

  #number(value: number, part: Part): string {
    if (this.#integersOnly && (!Number.isSafeInteger(value) || Object.is(value, -0))) {
      throw this.#error('float_not_allowed', 'the number is not an integer within 2^53', part)
    }
    // The bitwise comparison tells the optimiser that the index is a small integer.
    if (value >= 0 && value < 1024 && (value | 0) === value) return SMALL_INTEGERS[value] ?? ''
    if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER) {
      this.#hasUnsafeInteger = true
    }
    if (Number.isFinite(value)) return String(value)
    throw this.#error('json_not_representable', `${value} has no JSON form`, part)
  }

  #bigint(value: bigint, part: Part): string {
    if (isInteger64(value)) {
      this.#hasUnsafeInteger = true
      return String(value)
    }
    const code = this.#integersOnly ? 'float_not_allowed' : 'json_number_inexact'
    throw this.#error(code, 'the integer has more than 64 bits', part)
  }

  #container(text: string, value: object, part: Part): string {
    if (this.#depth >= this.#trustedDepth) this.#checkDepth(value, part)
    const prototype: unknown = Object.getPrototypeOf(value)
    if (Array.isArray(value)) {
      if (prototype === Array.prototype) return this.#array(text, value, part)
    } else if (prototype === Object.prototype || prototype === null) {
      return this.#object(text, value, part)
    }
    throw this.#error('json_not_representable', 'a class instance has no JSON form', part)
  }

  #array(start: string, items: readonly unknown[], part: Part): string {
    if (items.length === 0) return `${start}[]`
    this.#path[this.#depth++] = part
    let text = this.#value(`${start}[`, items[0], 0)
    for (let index = 1; index < items.length; index++) {
      const item = items[index]
      if (typeof item === 'number') {
        // One short text to join on, not two: rows of numbers are common.
        const piece = `,${this.#number(item, index)}`
        text += piece
      } else text = this.#value(`${text},`, item, index)
    }
    this.#depth -= 1
    return `${text}]`
  }

  #object(start: string, value: object, part: Part): string {
    const names = Object.keys(value)
    if (names.length === 0) return `${start}{}`
    const members =
      names.length > MAX_SHAPE_MEMBERS ? undefined : shapes.membersOf(names, this.#depth)
    if (members === undefined) return this.#entries(start, value, names.length, part)
    return this.#members(start, value, members, part)
  }

  #entries(start: string, value: object, count: number, part: Part): string {
    const entries = Object.entries(value).sort(byName)
    if (entries.length !== count) throw this.#moved(part)
    this.#path[this.#depth++] = part
    let text = start
    let separator = '{'
    for (const [name, item] of entries) {
      text += `${separator}"${this.#quotable(name, name)}":`
      text = this.#value(text, item, name)
      separator = ','
    }
    this.#depth -= 1
    return `${text}}`
  }

  #members(start: string, value: object, members: readonly ShapeMember[], part: Part): string {
    const items: readonly unknown[] = Object.values(value)
    if (items.length !== members.length) throw this.#moved(part)
    this.#path[this.#depth++] = part
    let text = start
    let isAfterString = false
    for (const member of members) {
      const item = items[member.index]
      if (typeof item === 'string') {
        text += isAfterString ? member.glueBetweenStrings : member.glueToString
        text += this.#quotable(item, member.name)
        isAfterString = true
      } else {
        text += isAfterString ? member.glueFromString : member.glue
        text = this.#nonString(text, item, member.name)
        isAfterString = false
      }
    }
    this.#depth -= 1
    return text + (isAfterString ? '"}' : '}')
  }

  /** Both ways of reading run every getter once, in insertion order, before anything is written. */
  #moved(part: Part): MfmError {
    return this.#error('json_not_representable', 'a getter removes members', part)
  }

  #checkDepth(value: object, part: Part): void {
    const level = this.#depth - this.#trustedDepth
    if (level > 0 && this.#deep.lastIndexOf(value, level - 1) >= 0) throw this.#cycle(part)
    if (this.#depth >= this.#maxDepth) {
      throw this.#error('json_too_deep', `the value has more than ${this.#maxDepth} levels`, part)
    }
    this.#deep[level] = value
  }

  /** Names the first place where a container is inside itself, not the place where that was noticed. */
  #cycle(noticedAt: Part): MfmError {
    const parts = [...this.#path.slice(1, this.#depth), noticedAt]
    const seen = new Set([this.#root])
    let at = this.#root
    for (const [index, part] of parts.entries()) {
      at = (at as Readonly<Record<Part, unknown>>)[part] // the path leads through containers
      if (seen.has(at)) {
        this.#depth = index + 1
        return this.#error('json_not_representable', 'the value contains itself', part)
      }
      seen.add(at)
    }
    return this.#error('json_not_representable', 'the value contains itself', noticedAt)
  }

  #error(code: ErrorCode, problem: string, part: Part): MfmError {
    const parts = this.#depth === 0 ? [] : [...this.#path.slice(1, this.#depth), part]
    return errorAt(code, parts, problem)
  }
}

function byName([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : 1
}

/** Whether a string is written as it is. */
function isUsual(text: string): boolean {
  if (text.length > LONG) {
    return text.isWellFormed() && !text.includes('"') && !text.includes('\\') && !CONTROL.test(text)
  }
  if (text.length >= SHORT) return !UNUSUAL.test(text)
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit < 0x20 || unit === 0x22 || unit === 0x5c || unit > 0xd7ff) return false
  }
  return true
}
