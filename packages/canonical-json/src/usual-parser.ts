import type { JsonObject, JsonValue } from '@mfm/core-types'
import type { ParserOptions } from './exact-parser.ts'
import { isArray } from './json-pointer.ts'

/**
 * `JSON.parse`, and a proof that it lost nothing. `undefined` where the proof fails: the text may still be good, and
 * only the exact parser can tell.
 *
 * The proof for member names counts quotation marks: a member that `JSON.parse` dropped took at least two of them
 * along, so the text has as many as the strings and names of the value need exactly when nothing was dropped. It
 * asks that every quotation mark inside a string stands in the text as one, which `\u0022` does not.
 *
 * Names with a backslash are left to the exact parser: V8 can mistake the spelling of an escaped name for a name
 * that it has seen, so that the name `"` comes out as `\` (https://github.com/nodejs/node/issues/63785).
 */
export function parseUsual(text: string, options: ParserOptions): JsonValue | undefined {
  if (!text.isWellFormed()) return
  if (options.integersOnly && FLOAT.test(text)) return
  const hasEscapes = text.includes('\\')
  if (hasEscapes && text.includes('\\u0022')) return
  const value = tryParse(text)
  if (value === undefined) return
  const needed = quotesOf(value, { hasEscapes, maxDepth: options.maxDepth }, 0)
  return needed === countQuotes(text) ? value : undefined
}

/** Finds every number token that is not an integer, and some strings. */
const FLOAT = /[0-9][.eE]|-0/

function tryParse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue // what JSON.parse returns without a reviver
  } catch {
    return
  }
}

type JsonContainer = readonly JsonValue[] | JsonObject

interface Tally {
  readonly hasEscapes: boolean
  readonly maxDepth: number
}

/** How many a value needs. NaN where it has what the exact parser must judge. */
function quotesOf(value: JsonValue, tally: Tally, depth: number): number {
  if (typeof value === 'string') return tally.hasEscapes ? quotesOfString(value) : 2
  if (typeof value === 'number') {
    return value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER ? 0 : Number.NaN
  }
  if (typeof value !== 'object' || value === null) return 0
  return depth < tally.maxDepth ? quotesOfContainer(value, tally, depth + 1) : Number.NaN
}

function quotesOfContainer(value: JsonContainer, tally: Tally, depth: number): number {
  let quotes = 0
  if (isArray(value)) {
    for (const item of value) quotes += quotesOf(item, tally, depth)
    return quotes
  }
  for (const name of Object.keys(value)) {
    quotes += tally.hasEscapes ? quotesOfName(name) : 2
    quotes += quotesOf(value[name] ?? null, tally, depth)
  }
  return quotes
}

function quotesOfString(text: string): number {
  return text.isWellFormed() ? 2 + countQuotes(text) : Number.NaN
}

function quotesOfName(name: string): number {
  return name.includes('\\') ? Number.NaN : quotesOfString(name)
}

function countQuotes(text: string): number {
  let count = 0
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) count += 1
  return count
}
