import type { JsonObject, JsonValue } from '@mfm/core-types'
import { compactJson, indentJson } from './json-layout.ts'

/** A shorter text of JSON reads well enough on one line. */
const LONG_JSON = 60

const LINES = '$lines'
const JSON_LINES = '$json'
const ESCAPED = /^\$+(?:lines|json)$/

/**
 * The value with its longer texts broken into lines, so that a change of one line of a body is one line of a diff:
 * `{"$lines": […]}` for a text of several lines, `{"$json": […]}` for compact JSON as text. A value of the program
 * that looks like one of these gets a `$` more.
 */
export function toReadable(value: JsonValue): JsonValue {
  if (typeof value === 'string') return readableText(value)
  if (Array.isArray(value)) return value.map(toReadable)
  if (!isObject(value)) return value
  return mapMembers(value, (name) => (ESCAPED.test(name) ? `$${name}` : name), toReadable)
}

/** What {@link toReadable} was given. */
export function fromReadable(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(fromReadable)
  if (!isObject(value)) return value
  const lines = linesOf(value, LINES)
  if (lines !== undefined) return lines.join('\n')
  const json = linesOf(value, JSON_LINES)
  if (json !== undefined) return compactJson(json.join('\n'))
  return mapMembers(value, (name) => (ESCAPED.test(name) ? name.slice(1) : name), fromReadable)
}

function readableText(text: string): JsonValue {
  if (text.includes('\n')) return { [LINES]: text.split('\n') }
  if (text.length <= LONG_JSON || !/^[[{]/.test(text)) return text
  const indented = indentJson(text)
  return compactJson(indented) === text ? { [JSON_LINES]: indented.split('\n') } : text
}

function linesOf(value: JsonObject, name: string): readonly string[] | undefined {
  const lines = Object.hasOwn(value, name) ? value[name] : undefined
  if (!Array.isArray(lines) || Object.keys(value).length !== 1) return undefined
  const texts = lines.filter((line) => typeof line === 'string')
  return texts.length === lines.length ? texts : undefined
}

function mapMembers(
  value: JsonObject,
  nameOf: (name: string) => string,
  memberOf: (value: JsonValue) => JsonValue,
): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [nameOf(name), memberOf(member)]),
  )
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
