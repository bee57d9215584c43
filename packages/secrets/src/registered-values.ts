import type { Span } from './rules.ts'

/** Shorter values would be found in ordinary text. */
export const MIN_REGISTERED = 6
/** What six bytes decide at the least of a longer base64 text. */
const MIN_BASE64 = 7

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
  #length = 0
  /** By a pair of characters: how far the window may move when it ends with them. */
  #shifts: Uint8Array | undefined

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
    this.#prepare()
  }

  /**
   * Whether the text may hold a value. Most of it is skipped (Wu and Manber 1994): a window as long as the shortest
   * form moves on by as much as the pair of characters at its end allows.
   */
  mayHold(text: string): boolean {
    const shifts = this.#shifts
    if (shifts === undefined) return false
    for (let end = this.#length; end <= text.length; ) {
      const shift = shifts[pairAt(text, end - 2)] ?? 0
      if (shift === 0 && this.#formAt(text, end - this.#length)) return true
      end += shift || 1
    }
    return false
  }

  find(text: string): Span[] {
    const spans: Span[] = []
    if (!this.mayHold(text)) return spans
    for (let start = 0; start + MIN_REGISTERED <= text.length; start += 1) {
      const found = this.#formAt(text, start)
      if (!found) continue
      const end = start + found.text.length
      const [from, to] = found.within ? withNeighbours(text, start, end) : [start, end]
      spans.push({ start: from, end: to, rule: 'registered', value: found.value, name: found.name })
      start = to - 1
    }
    return spans
  }

  #formAt(text: string, start: number): Form | undefined {
    return this.#forms
      .get(text.slice(start, start + MIN_REGISTERED))
      ?.find((form) => text.startsWith(form.text, start))
  }

  #prepare(): void {
    const texts = [...this.#forms.values()].flat().map((form) => form.text)
    this.#length = Math.min(255, ...texts.map((text) => text.length))
    this.#shifts = new Uint8Array(PAIRS).fill(this.#length - 1)
    for (const text of texts) {
      for (let end = 2; end <= this.#length; end += 1) {
        const pair = pairAt(text, end - 2)
        this.#shifts[pair] = Math.min(this.#shifts[pair] ?? 0, this.#length - end)
      }
    }
  }
}

const PAIRS = 0x1_00_00

function pairAt(text: string, start: number): number {
  return ((text.charCodeAt(start) << 8) ^ text.charCodeAt(start + 1)) & (PAIRS - 1)
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
