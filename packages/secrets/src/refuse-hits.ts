import { MfmError } from '@mfm/errors'
import type { SecretHit } from './rules.ts'

const MAX_REPORTED = 20

/**
 * Refuses what was found to hold a secret; does nothing where there are no hits.
 *
 * @param what names what was looked through, such as `the payload of a fact`
 * @throws MfmError `secrets_detected` with `details.what`, `details.hits` (the first 20) and `details.total`; no value
 */
export function refuseHits(hits: readonly SecretHit[], what: string): void {
  const [first] = hits
  if (first === undefined) return
  const more = hits.length > 1 ? ` and ${hits.length - 1} more` : ''
  throw new MfmError('secrets_detected', {
    message: `${what} holds what looks like a secret: ${first.rule} at "${first.pointer}"${more}`,
    details: {
      what,
      hits: hits
        .slice(0, MAX_REPORTED)
        .map(({ pointer, rule, name }) => ({ pointer, rule, ...(name ? { name } : {}) })),
      total: hits.length,
    },
  })
}
