import { createHmac } from 'node:crypto'
import { MfmError } from '@mfm/errors'
import type { SecretRule } from './rules.ts'

const MIN_KEY_BYTES = 16

/**
 * What stands where a secret was: `[redacted:rule:digest]`. The digest is the first 16 hex digits of HMAC-SHA-256
 * (RFC 2104) of the secret's UTF-8 bytes, so equal secrets stay equal; without a key there is none.
 */
export class Redaction {
  readonly #key: Uint8Array | undefined

  /** @throws MfmError `invalid_option` for a key under 16 bytes */
  constructor(key: Uint8Array | undefined) {
    if (key && key.byteLength < MIN_KEY_BYTES) {
      throw new MfmError('invalid_option', {
        message: `a redaction key has ${MIN_KEY_BYTES} bytes or more`,
        details: { option: 'key' },
      })
    }
    this.#key = key && Uint8Array.from(key)
  }

  markOf(rule: SecretRule, secret: string): string {
    if (!this.#key) return `[redacted:${rule}]`
    const digest = createHmac('sha256', this.#key).update(secret, 'utf8').digest('hex')
    return `[redacted:${rule}:${digest.slice(0, 16)}]`
  }
}
