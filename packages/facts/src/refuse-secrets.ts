import type { FactKey, JsonValue } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import type { SecretGuard } from '@mfm/secrets'

const MAX_REPORTED = 20

/**
 * Refuses a key or a request that looks like it holds a secret, in either mode of the guard: redacted, it would be
 * another key or another request.
 *
 * @throws MfmError `secrets_detected` with `details.what` and `details.hits`
 */
export function refuseSecrets(
  guard: SecretGuard,
  { factKey, request }: { readonly factKey?: FactKey; readonly request?: JsonValue },
): void {
  const inKey = factKey === undefined ? [] : guard.scanText(factKey)
  const hits = inKey.length > 0 || request === undefined ? inKey : guard.scan(request)
  const [first] = hits
  if (first === undefined) return
  const what = inKey.length > 0 ? 'a fact key' : 'the request of a call'
  throw new MfmError('secrets_detected', {
    message: `${what} holds what looks like a secret: ${first.rule} at "${first.pointer}"`,
    details: {
      what,
      hits: hits.slice(0, MAX_REPORTED).map(({ pointer, rule }) => ({ pointer, rule })),
      total: hits.length,
    },
  })
}
