import { parseJson } from '@mfm/canonical-json'
import { MfmError } from '@mfm/errors'
import type { SecretGuard, SecretHit } from '@mfm/secrets'
import { goldenText } from './golden-files.ts'
import type { Golden } from './golden-of-run.ts'
import { fromReadable } from './readable.ts'

const MAX_REPORTED = 20

/**
 * The last look before a golden run goes to git.
 *
 * @throws MfmError `secrets_detected` with `details.hits`, which hold no value
 */
export function refuseGoldenSecrets(golden: Golden, guard: SecretGuard): void {
  const document = fromReadable(parseJson(goldenText(golden), { integers: 'bigint' }))
  refuse('the golden document', guard.scan(document))
  for (const [name, bytes] of golden.files) {
    const text = new TextDecoder().decode(bytes)
    refuse(`the file ${name} of a golden run`, guard.scan(text))
  }
}

function refuse(what: string, hits: readonly SecretHit[]): void {
  const [first] = hits
  if (first === undefined) return
  throw new MfmError('secrets_detected', {
    message: `${what} holds what looks like a secret: ${first.rule} at "${first.pointer}"`,
    details: {
      what,
      hits: hits.slice(0, MAX_REPORTED).map(({ pointer, rule }) => ({ pointer, rule })),
      total: hits.length,
    },
  })
}
