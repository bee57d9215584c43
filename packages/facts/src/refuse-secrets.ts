import type { FactKey, JsonValue } from '@mfm/core-types'
import type { SecretGuard } from '@mfm/secrets'
import { refuseHits } from '@mfm/secrets'

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
  refuseHits(hits, inKey.length > 0 ? 'a fact key' : 'the request of a call')
}
