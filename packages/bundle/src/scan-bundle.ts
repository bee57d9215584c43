import type { RunId, Stores } from '@mfm/core-types'
import type { SecretGuard } from '@mfm/secrets'
import { exportBundle } from './export-bundle.ts'
import type { ReadBundleRequest } from './read-bundle.ts'
import { readBundle } from './read-bundle.ts'
import type { SecretReport } from './secret-scan.ts'
import { SecretScan } from './secret-scan.ts'

export interface ScanRunsRequest {
  readonly stores: Stores
  readonly runIds: readonly RunId[]
  readonly guard?: SecretGuard | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Looks for secrets in all that a bundle of these runs would hold.
 *
 * @throws MfmError as `exportBundle` does, but for `secrets_detected`
 */
export async function scanRuns(request: ScanRunsRequest): Promise<SecretReport> {
  const { secrets } = await exportBundle({ ...request, allowSecrets: true })
  return secrets
}

/**
 * Looks for secrets in a bundle, and reads all of it to do so.
 *
 * @throws MfmError as `readBundle` does
 */
export async function scanBundle(
  request: ReadBundleRequest & { readonly guard?: SecretGuard | undefined },
): Promise<SecretReport> {
  const scan = new SecretScan(request.guard)
  for await (const item of readBundle(request)) {
    if (item.type === 'event') scan.addEvent(item.envelope)
    if (item.type === 'document') scan.addDocument(item.reference, item.bytes)
  }
  return scan.report
}
