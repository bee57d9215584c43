import type { Span } from './rules.ts'

/** Shorter values would be found in ordinary text. */
export const MIN_REGISTERED = 6
/** A part of a longer base64 text must be at least this long to be taken for the value. */
const MIN_BASE64 = 8

interface Form {
  readonly text: string
  readonly value: string
  readonly name: string | undefined
  /** Part of a base64 text, whose neighbours hold bits of the value too. */
  readonly within: boolean
}

/** Live values, each in the encodings in which it may come back. */
export class RegisteredValues {
  /** By their first characters. */
  readonly #forms = new Map<string, Form[]>()

  get isEmpty(): boolean {
    return this.#forms.size === 0
  }

  add(value: string, name: string | undefined): void {
    for (const { text, within } of formsOf(value)) {
      const head = text.slice(0, MIN_REGISTERED)
      const forms = this.#forms.get(head) ?? []
      if (forms.some((form) => form.text === text)) continue
      // Longest first, so that a value is found before its own beginning.
      forms.push({ text, value, name, within })
      forms.sort((a, b) => b.text.length - a.text.length)
      this.#forms.set(head, forms)
    }
  }

  find(text: string): Span[] {
    const spans: Span[] = []
    if (this.isEmpty) return spans
    for (let start = 0; start + MIN_REGISTERED <= text.length; start += 1) {
      const found = this.#forms
        .get(text.slice(start, start + MIN_REGISTERED))
        ?.find((form) => text.startsWith(form.text, start))
      if (!found) continue
      const end = start + found.text.length
      const [from, to] = found.within ? withNeighbours(text, start, end) : [start, end]
      spans.push({ start: from, end: to, rule: 'registered', value: found.value, name: found.name })
      start = to - 1
    }
    return spans
  }
}

function formsOf(value: string): Pick<Form, 'text' | 'within'>[] {
  const bytes = Buffer.from(value, 'utf8')
  const uri = encodeURIComponent(value.toWellFormed())
  const whole = new Set([
    value,
    uri,
    uri.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase()),
    uri.replaceAll('%20', '+'),
    JSON.stringify(value).slice(1, -1),
    bytes.toString('hex'),
  ])
  const parts = new Set([0, 1, 2].flatMap((offset) => base64Within(bytes, offset)))
  return [
    ...[...whole].map((text) => ({ text, within: false })),
    ...[...parts].map((text) => ({ text, within: true })),
  ]
}

/** The characters that the bytes alone decide when `offset` bytes stand before them in a base64 text. */
function base64Within(bytes: Buffer, offset: number): string[] {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64')
  const from = Math.ceil((offset * 8) / 6)
  const to = Math.floor(((offset + bytes.length) * 8) / 6)
  const inner = text.slice(from, to)
  if (inner.length < MIN_BASE64) return []
  return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')]
}

/** With the character on either side, which holds some bits of the value, and the padding. */
function withNeighbours(text: string, start: number, end: number): readonly [number, number] {
  const from = /[\w+/-]/.test(text[start - 1] ?? '') ? start - 1 : start
  const tail = /^[\w+/-]?={0,2}/.exec(text.slice(end, end + 3))?.[0] ?? ''
  return [from, end + tail.length]
}
