import type { JsonValue } from '@mfm/core-types'
import { judgeName } from './member-names.ts'
import { checkDepth } from './request-secrets.ts'
import type { TextDetector } from './text-detector.ts'

const MAX_NAMES = 4096
const MAX_NAME_LENGTH = 64

/** The cheap first look: whether a value may hold a secret at all. Most do not, and for them this is the whole cost. */
export class Screen {
  readonly #detector: TextDetector
  /** Names that were judged: whether a string or a list under this name needs the close look. */
  readonly #names = new Map<string, boolean>()

  constructor(detector: TextDetector) {
    this.#detector = detector
  }

  /** To be called when what counts as a secret has changed. */
  forget(): void {
    this.#names.clear()
  }

  /** @throws MfmError `json_too_deep` */
  mayHold(value: JsonValue, depth = 0): boolean {
    if (typeof value === 'string') return this.#detector.mayHold(value)
    if (typeof value !== 'object' || value === null) return false
    checkDepth(depth)
    return Array.isArray(value)
      ? this.#list(value, depth)
      : this.#members(value as { readonly [name: string]: JsonValue }, depth)
  }

  #list(items: readonly JsonValue[], depth: number): boolean {
    if (items.length >= 12 && typeof items[0] === 'string') return true
    return items.some((item) => this.mayHold(item, depth + 1))
  }

  #members(object: { readonly [name: string]: JsonValue }, depth: number): boolean {
    for (const name of Object.keys(object)) {
      const item = object[name] ?? null
      if (this.#isTelling(name) && (typeof item === 'string' || Array.isArray(item))) return true
      if (this.#detector.mayHold(name) || this.mayHold(item, depth + 1)) return true
    }
    return false
  }

  #isTelling(name: string): boolean {
    const known = this.#names.get(name)
    if (known !== undefined) return known
    const telling = judgeName(name) !== undefined
    if (name.length <= MAX_NAME_LENGTH) {
      if (this.#names.size >= MAX_NAMES) this.#names.clear()
      this.#names.set(name, telling)
    }
    return telling
  }
}
