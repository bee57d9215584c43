import type { JsonValue } from '@mfm/core-types'
import { decode } from '@mfm/errors'
import { z } from 'zod'
import type { ExceptionUse, SecretException } from './exceptions.ts'
import { Exceptions, exceptionsSchema } from './exceptions.ts'
import { Inspection } from './inspection.ts'
import { Redaction } from './redaction.ts'
import { refuseHits } from './refuse-hits.ts'
import { MIN_REGISTERED } from './registered-values.ts'
import type { SecretHit } from './rules.ts'
import { Screen } from './screen.ts'
import { checkedName } from './secret.ts'
import { TextDetector } from './text-detector.ts'

export interface SecretGuardOptions {
  /** What {@link SecretGuard.admit} does with a hit. */
  readonly mode: 'refuse' | 'redact'
  /**
   * For the digests in redacted values: 16 bytes or more, the same wherever equal secrets are to stay equal. Without
   * it a redacted value names its rule alone, and all values of one rule look the same.
   */
  readonly key?: Uint8Array | undefined
  readonly exceptions?: readonly SecretException[] | undefined
}

const optionsSchema: z.ZodType<SecretGuardOptions> = z.strictObject({
  mode: z.enum(['refuse', 'redact']),
  key: z.instanceof(Uint8Array).optional(),
  exceptions: exceptionsSchema.optional(),
})

/**
 * The second line of defence: finds what looks like a secret on its way into storage. The first line is a
 * {@link Secret} handle, whose value never gets there.
 */
export class SecretGuard {
  readonly #mode: 'refuse' | 'redact'
  readonly #redaction: Redaction
  readonly #exceptions: Exceptions
  readonly #detector = new TextDetector()
  readonly #screen = new Screen(this.#detector)

  /** @throws MfmError `invalid_option` */
  constructor(options: SecretGuardOptions) {
    const { mode, key, exceptions } = decode(optionsSchema, options, 'invalid_option', {
      what: 'the options of the secret guard',
    })
    this.#mode = mode
    this.#redaction = new Redaction(key)
    this.#exceptions = new Exceptions(exceptions ?? [])
  }

  /** Every exception that let something through since the guard was made. */
  get exceptionsUsed(): readonly ExceptionUse[] {
    return this.#exceptions.used
  }

  /**
   * Makes a live value known, so that it is found wherever it comes back: as it is, escaped for JSON or for URLs, in
   * base64 (also inside a longer base64 text) and in hex. A value under 6 characters is ignored.
   *
   * @throws MfmError `invalid_id` where the name is not a segment
   */
  register(value: string, name?: string): void {
    const checked = name === undefined ? undefined : checkedName(name)
    if (value.length < MIN_REGISTERED) return
    this.#detector.registered.add(value, checked)
    this.#screen.forget()
  }

  /**
   * Every hit in document order. The pointer of a hit in a member name is that member.
   *
   * @throws MfmError `json_too_deep` for more than 2000 levels
   */
  scan(value: JsonValue): SecretHit[] {
    return this.#screen.mayHold(value)
      ? this.#inspect((inspection) => inspection.value(value)).hits
      : []
  }

  /** Every hit in a text; their pointer is `""`. */
  scanText(text: string): SecretHit[] {
    return this.#detector.mayHold(text)
      ? this.#inspect((inspection) => inspection.text(text)).hits
      : []
  }

  /**
   * Lets a value into storage, or a copy of it without what looks like a secret.
   *
   * @param what names the value in the error, such as `the payload of a fact`
   * @returns the same object where nothing was redacted
   * @throws MfmError `secrets_detected` in mode `refuse`, with `details.what`, `details.hits` (the first 20) and
   * `details.total`; `json_too_deep` for more than 2000 levels
   */
  admit(value: JsonValue, what: string): JsonValue {
    if (!this.#screen.mayHold(value)) return value
    const { result, hits } = this.#inspect((inspection) => inspection.value(value))
    if (this.#mode === 'refuse' && hits.length > 0) refuseHits(hits, this.redactText(what))
    return result
  }

  /** The text with each hit replaced in place, in either mode: for error messages and other free text. */
  redactText(text: string): string {
    if (!this.#detector.mayHold(text)) return text
    return this.#inspect((inspection) => inspection.text(text)).result
  }

  #inspect<T>(run: (inspection: Inspection) => T): {
    readonly result: T
    readonly hits: SecretHit[]
  } {
    const hits: SecretHit[] = []
    const seen = new Set<string>()
    const inspection = new Inspection(this.#detector, (hit, secret) => {
      if (this.#exceptions.allow(hit)) return
      const id = `${hit.rule} ${hit.name ?? ''} ${hit.pointer}`
      if (!seen.has(id)) hits.push(hit)
      seen.add(id)
      return this.#redaction.markOf(hit.rule, secret)
    })
    return { result: run(inspection), hits }
  }
}
