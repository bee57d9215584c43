import { formatPointer } from '@mfm/canonical-json'
import type { JsonValue } from '@mfm/core-types'
import { hasCode } from '@mfm/errors'
import { couldBeSecret } from './field-values.ts'
import type { Field } from './fields.ts'
import { fieldAfter, fieldOf, labelOf, listed, phraseOf } from './fields.ts'
import type { JsonReplacements } from './json-text.ts'
import { parseDocument, replaceInJson } from './json-text.ts'
import { isList } from './lists.ts'
import { checkDepth } from './request-secrets.ts'
import type { ReplacementOf, SecretHit } from './rules.ts'
import { replaceSpans } from './rules.ts'
import type { TextDetector } from './text-detector.ts'

/** Told of every hit with the text that is one; gives what stands in its place, `undefined` to leave it. */
export type OnHit = (hit: SecretHit, secret: string) => string | undefined

/** Each pass but the last cuts something out, so two or three are usual. */
const MAX_PASSES = 16

/** One close walk over a value: it names the places of hits and makes the copy without them. */
export class Inspection {
  readonly #detector: TextDetector
  readonly #onHit: OnHit
  readonly #path: string[] = []
  /** Levels around the value that this walk begins with. */
  readonly #above: number
  readonly #replaced: JsonReplacements = { names: new Map(), values: new Map() }

  constructor(detector: TextDetector, onHit: OnHit, above = 0) {
    this.#detector = detector
    this.#onHit = onHit
    this.#above = above
  }

  /** The value with every replacement made; the same object where there was none. */
  value(value: JsonValue, field?: Field): JsonValue {
    if (typeof value === 'string') return this.#string(value, field)
    if (typeof value !== 'object' || value === null) return value
    checkDepth(this.#above + this.#path.length)
    return isList(value) ? this.#array(value, field) : this.#object(value)
  }

  /** The text with every replacement made. */
  text(text: string): string {
    return this.#replaceSpans(this.#asJson(text), this.#spanHit)
  }

  #string(text: string, field: Field | undefined): string {
    const replaced = this.#fieldValue(text, field) ?? this.#freeText(text)
    if (replaced !== text) this.#replaced.values.set(text, replaced)
    return replaced
  }

  #fieldValue(text: string, field: Field | undefined): string | undefined {
    if (!field || !couldBeSecret(text, field.verdict)) return
    return this.#hit(field.verdict, text)
  }

  #freeText(text: string): string {
    return this.#detector.mayHold(text) ? this.text(text) : text
  }

  #array(items: readonly JsonValue[], field: Field | undefined): JsonValue {
    const phrase = phraseOf(items)
    const replacement = phrase && this.#hit({ rule: 'recovery_phrase' }, phrase)
    if (replacement !== undefined) {
      for (const word of items) this.#replaced.values.set(String(word), replacement)
      return items.map(() => replacement)
    }
    let changed = false
    const copy: JsonValue[] = []
    const inner = field && listed(field)
    for (const [index, item] of items.entries()) {
      this.#path.push(String(index))
      const replaced = this.value(item, inner ?? this.#fieldInList(items, copy))
      this.#path.pop()
      changed ||= replaced !== item
      copy.push(replaced)
    }
    return changed ? copy : items
  }

  /** The item after those that were copied, by the item before it as it was and as it is kept. */
  #fieldInList(items: readonly JsonValue[], copy: readonly JsonValue[]): Field | undefined {
    const index = copy.length
    const item = items[index] ?? null
    const isSecond = items.length % 2 === 0 && index % 2 === 1
    return (
      fieldAfter(items[index - 1], item, isSecond) ?? fieldAfter(copy[index - 1], item, isSecond)
    )
  }

  #object(object: { readonly [name: string]: JsonValue }): JsonValue {
    let changed = false
    const members: [string, JsonValue][] = []
    for (const [name, item] of Object.entries(object)) {
      const kept = this.#enter(name)
      const field = fieldOf(name === 'value' ? labelOf(object) : name) ?? fieldOf(kept)
      const replaced = this.value(item, field)
      this.#path.pop()
      changed ||= replaced !== item || kept !== name
      members.push([kept, replaced])
    }
    // `fromEntries` defines members, so one that is called __proto__ stays a member.
    return changed ? Object.fromEntries(members) : object
  }

  /** Goes on to a member. Its name in the path is without what looks secret; as it is kept, it is the result. */
  #enter(name: string): string {
    const suspect = this.#detector.mayHold(name)
    this.#path.push(suspect ? this.#replaceSpans(name, ({ rule }) => `[redacted:${rule}]`) : name)
    const kept = suspect ? this.#replaceSpans(name, this.#spanHit) : name
    if (kept !== name) this.#replaced.names.set(name, kept)
    return kept
  }

  /** Again until nothing is found: a token may begin where another secret ended. */
  #replaceSpans(text: string, replacementOf: ReplacementOf): string {
    let result = text
    for (let pass = 0; pass < MAX_PASSES; pass += 1) {
      const before = result
      result = replaceSpans(before, this.#detector.spans(before), replacementOf)
      if (result === before) break
    }
    return result
  }

  readonly #spanHit: ReplacementOf = (span, part) => this.#hit(span, span.value ?? part)

  /** JSON recorded as text is looked into as a value; all that is not replaced stays as it was written. */
  #asJson(text: string): string {
    const document = parseDocument(text)
    if (document === undefined) return text
    const above = this.#above + this.#path.length
    const inner = new Inspection(this.#detector, (hit, secret) => this.#hit(hit, secret), above)
    try {
      inner.value(document)
    } catch (error) {
      // What is nested too deep to be looked into is still a text like any other.
      if (!hasCode(error, 'json_too_deep')) throw error
    }
    return replaceInJson(text, inner.#replaced)
  }

  #hit({ rule, name }: Pick<SecretHit, 'rule' | 'name'>, secret: string): string | undefined {
    const pointer = formatPointer(this.#path)
    return this.#onHit({ pointer, rule, ...(name === undefined ? {} : { name }) }, secret)
  }
}
