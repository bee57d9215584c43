import type { JsonValue } from '@mfm/core-types'
import { labelOf, mayBePhrase } from './fields.ts'
import { isList } from './lists.ts'
import { endsTelling, judgeName } from './member-names.ts'
import { checkDepth } from './request-secrets.ts'
import type { TextDetector } from './text-detector.ts'

const MAX_NAMES = 4096
const MAX_NAME_LENGTH = 64

const ORDINARY = 0
/** A string or a list under this name needs the close look. */
const TELLING = 1
/** The name itself does. */
const SUSPECT = 2

/** The cheap first look: whether a value may hold a secret at all. Most do not, and for them this is the whole cost. */
export class Screen {
  readonly #detector: TextDetector
  readonly #judged = new Map<string, number>()

  constructor(detector: TextDetector) {
    this.#detector = detector
  }

  /** To be called when what counts as a secret has changed. */
  forget(): void {
    this.#judged.clear()
  }

  /** @throws MfmError `json_too_deep` */
  mayHold(value: JsonValue, depth = 0): boolean {
    if (typeof value === 'string') return this.#detector.mayHold(value)
    if (typeof value !== 'object' || value === null) return false
    checkDepth(depth)
    return isList(value) ? this.#list(value, depth) : this.#members(value, depth)
  }

  #list(items: readonly JsonValue[], depth: number): boolean {
    if (mayBePhrase(items)) return true
    for (const item of items) {
      if (this.mayHold(item, depth + 1)) return true
      // A name in a list of pairs, an option in a list of arguments.
      if (typeof item === 'string' && endsTelling(item, item.length)) return true
    }
    return false
  }

  #members(object: { readonly [name: string]: JsonValue }, depth: number): boolean {
    for (const name of Object.keys(object)) {
      const item = object[name] ?? null
      const verdict = this.#verdictOf(name)
      if (verdict !== ORDINARY && (verdict === SUSPECT || needsCloseLook(item))) return true
      if (this.mayHold(item, depth + 1)) return true
    }
    return typeof object['value'] === 'string' && judgeName(labelOf(object)) !== undefined
  }

  #verdictOf(name: string): number {
    const known = this.#judged.get(name)
    if (known !== undefined) return known
    const telling = judgeName(name) === undefined ? ORDINARY : TELLING
    const verdict = this.#detector.mayHold(name) ? SUSPECT : telling
    if (name.length <= MAX_NAME_LENGTH && verdict !== SUSPECT) {
      if (this.#judged.size >= MAX_NAMES) this.#judged.clear()
      this.#judged.set(name, verdict)
    }
    return verdict
  }
}

function needsCloseLook(item: JsonValue): boolean {
  return typeof item === 'string' || isList(item)
}
