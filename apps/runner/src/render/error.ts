import type { JsonObject, JsonValue } from '@mfm/core-types'
import type { ErrorDocument } from '../output-schemas/error-document.ts'
import { isRecord } from './json-record.ts'
import { jsonText } from './json-text.ts'
import type { Paint } from './paint.ts'
import { printable, shorten } from './printable.ts'

/** Lines of details; with message, cause and help an error fits one screen. */
const DETAIL_LINES = 12
const VALUE_LENGTH = 200
const MESSAGE_LENGTH = 2000

/** What happened, to which object, and what to do: the last line is the one to read first. */
export function renderError({ error }: ErrorDocument, paint: Paint): string[] {
  const details = detailLines(error.details ?? {}, error.message)
  const more = details.length - DETAIL_LINES
  return [
    `${paint('bad', 'error:')} ${shorten(printable(error.message), MESSAGE_LENGTH)}`,
    `  code: ${printable(error.code)}`,
    ...details.slice(0, DETAIL_LINES).map((line) => `  ${line}`),
    ...(more > 0 ? [`  … and ${more} more; --output json has them all`] : []),
    ...(error.causes ?? []).map((cause) => `  because: ${shorten(printable(cause), 400)}`),
    ...(error.stack ?? []).map((line) => paint('faint', `  ${printable(line)}`)),
    ...(error.help === null ? [] : [`${paint('strong', 'help:')} ${printable(error.help)}`]),
  ]
}

/** What the message says already is not said again. */
function detailLines(details: JsonObject, message: string): string[] {
  return Object.entries(details).flatMap(([name, value]) => {
    if (typeof value !== 'object' && message.includes(String(value))) return []
    if (!Array.isArray(value)) return [`${printable(name)}: ${shown(value)}`]
    return value.map((item: JsonValue) => `${printable(name)}: ${shownItem(item)}`)
  })
}

/** A problem at a place reads as a sentence; anything else as JSON. */
function shownItem(item: JsonValue): string {
  if (
    isRecord(item) &&
    typeof item['problem'] === 'string' &&
    typeof item['pointer'] === 'string'
  ) {
    const at = item['pointer'] === '' ? '' : ` at ${printable(item['pointer'])}`
    return `${printable(item['problem'])}${at}`
  }
  return shown(item)
}

function shown(value: JsonValue): string {
  const text = typeof value === 'string' ? value : jsonText(value)
  return shorten(printable(text), VALUE_LENGTH)
}
