import { randomBytes, randomUUID } from 'node:crypto'
import { sha256 } from '@mfm/canonical-json'
import { MfmError } from '@mfm/errors'
import type { Bucket, Creation, Upload } from './bucket.ts'
import type { Effort } from './flight.ts'
import { probesPrefix } from './object-key.ts'
import { failureOf, storeError } from './s3-error.ts'
import { checksumOf } from './upload-checksum.ts'

/** How many write one key at once. */
export const RACERS = 8
const MAX_RACES = 3
const BODY_BYTES = 32

/** The bucket, where in it a probe may write, and whether on the condition that nothing is there. */
export interface Ground {
  readonly bucket: Bucket
  readonly prefix: string
  readonly createOnly: boolean
}

/**
 * Asks for an object that is not there: the cheapest way to learn whether the bucket exists, the credentials are right
 * and absence can be seen.
 */
export async function greet(effort: Effort, { bucket, prefix }: Ground): Promise<void> {
  const found = await bucket.read(effort, `${probesPrefix(prefix)}absent`, 2 ** 20)
  if (found !== undefined) throw unsuitable('answers_for_absent_keys', HELP_ENDPOINT)
}

/**
 * Shows by a race that of several create-only writes to one fresh key exactly one wins, and that a later one loses: a
 * server that ignores the condition lets all win, and some that keep it one after the other break it at once.
 *
 * @throws MfmError `store_unsuitable`, `store_unavailable`
 */
export async function probeCreateOnly(effort: Effort, ground: Ground): Promise<void> {
  for (let races = 1; races <= MAX_RACES; races++) {
    if (await isDecided(effort, ground)) return
  }
  throw new MfmError('store_unavailable', {
    message: `whether ${ground.bucket.name} keeps create-only writes could not be found out`,
    details: { bucket: ground.bucket.name, reason: 'probe_unclear' },
  })
}

/** One race; `false` where lost answers leave it open. */
async function isDecided(effort: Effort, { bucket, prefix }: Ground): Promise<boolean> {
  const key = `${probesPrefix(prefix)}${randomUUID()}`
  const uploads = Array.from({ length: RACERS }, () => probeUpload(key))
  try {
    const outcomes = await Promise.all(uploads.map((upload) => tryOnce(effort, bucket, upload)))
    const winners = uploads.filter((_, index) => outcomes[index] === 'created')
    if (winners.length > 1) {
      const isIgnored = winners.length === RACERS
      throw unsuitable(isIgnored ? 'condition_ignored' : 'condition_raced', HELP_CONDITION)
    }
    const [winner] = winners
    if (winner === undefined || outcomes.includes('lost')) return false
    const stored = await bucket.read(effort, key, BODY_BYTES)
    if (stored === undefined || Buffer.compare(stored, winner.bytes) !== 0) {
      throw unsuitable('loser_stored', HELP_CONDITION)
    }
    const repeated = await tryOnce(effort, bucket, probeUpload(key))
    if (repeated === 'created') throw unsuitable('repeat_accepted', HELP_CONDITION)
    return repeated === 'exists'
  } finally {
    await bucket.remove(effort, key).catch(() => undefined) // what the probe has found matters more
  }
}

/** `lost` where it may or may not have happened. */
async function tryOnce(effort: Effort, bucket: Bucket, upload: Upload): Promise<Creation | 'lost'> {
  try {
    return await bucket.putOnce(effort, upload)
  } catch (error) {
    if (failureOf(error) === 'transient') return 'lost'
    throw error
  }
}

/** @throws MfmError `store_unsuitable` where the server takes a wrong SHA-256 */
export async function probeChecksums(
  effort: Effort,
  { bucket, prefix, createOnly }: Ground,
): Promise<void> {
  const key = `${probesPrefix(prefix)}${randomUUID()}`
  const upload = probeUpload(key)
  const wrong = { ...upload.checksum, base64: probeUpload(key).checksum.base64 }
  try {
    await bucket.putOnce(effort, { ...upload, checksum: wrong, createOnly })
  } catch (error) {
    if (storeError(error, bucket.name).details?.['httpStatus'] === 400) return
    throw error
  }
  await bucket.remove(effort, key)
  throw unsuitable('checksum_ignored', HELP_CHECKSUM)
}

function probeUpload(key: string): Upload {
  const bytes = randomBytes(BODY_BYTES)
  return { key, bytes, kind: 'probe', createOnly: true, checksum: checksumOf(sha256(bytes)) }
}

const HELP_CONDITION =
  'Use a server, or a release of it, that keeps If-None-Match: * on PutObject whole under concurrency, asked directly and not through a cache or a gateway that drops the header; or set createOnly to unsupported, which looks before it writes.'
const HELP_CHECKSUM =
  'Use a server that checks x-amz-checksum-sha256, or set checksums to auto: every read is hashed here either way.'
const HELP_ENDPOINT = 'Mend the option endpoint: what answers there does not speak S3.'

function unsuitable(found: string, help: string): MfmError {
  return new MfmError('store_unsuitable', {
    message: `the server does not give what the store needs: ${found.replaceAll('_', ' ')}`,
    details: { found },
    help,
  })
}
