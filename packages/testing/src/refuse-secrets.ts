import { parseJson } from '@mfm/canonical-json'
import type { SecretGuard } from '@mfm/secrets'
import { refuseHits } from '@mfm/secrets'
import { goldenText } from './golden-files.ts'
import type { Golden } from './golden-of-run.ts'
import { fromReadable } from './readable.ts'

/**
 * The last look before a golden run goes to git.
 *
 * @throws MfmError `secrets_detected` with `details.hits`, which hold no value
 */
export function refuseGoldenSecrets(golden: Golden, guard: SecretGuard): void {
  const document = fromReadable(parseJson(goldenText(golden), { integers: 'bigint' }))
  refuseHits(guard.scan(document), 'the golden document')
  for (const [name, bytes] of golden.files) {
    const text = new TextDecoder().decode(bytes)
    refuseHits(guard.scan(text), `the file ${name} of a golden run`)
  }
}
