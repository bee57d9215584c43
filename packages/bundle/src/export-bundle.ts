import type { CallOptions, RunId, Stores } from '@mfm/core-types'
import { decode, MfmError } from '@mfm/errors'
import type { SecretGuard } from '@mfm/secrets'
import { z } from 'zod'
import { endOfArchive, headerBytes, packed, paddingBytes } from './container/packed.ts'
import { encodeLine } from './event-line.ts'
import { documentName, eventsName, MANIFEST_NAME } from './format.ts'
import type { BundledRun, BundleManifest } from './manifest.ts'
import { encodeManifest } from './manifest.ts'
import type { SecretReport } from './secret-scan.ts'
import { SecretScan } from './secret-scan.ts'
import type { Survey } from './survey.ts'
import { survey } from './survey.ts'

export interface ExportRequest {
  readonly stores: Stores
  readonly runIds: readonly RunId[]
  /** Leaves out payloads and attachments of more bytes than this; the bundle says which. 0 leaves out all but empty ones. */
  readonly omitBodiesAbove?: number | undefined
  /** Exports what looks like a secret instead of refusing it. Default `false`. */
  readonly allowSecrets?: boolean | undefined
  /** Finds secrets; by default one that knows the rules and no live values. */
  readonly guard?: SecretGuard | undefined
  readonly signal?: AbortSignal | undefined
}

export interface BundleExport {
  readonly manifest: BundleManifest
  /** What looked like a secret and was allowed. */
  readonly secrets: SecretReport
  /** The bundle, in chunks of some 64 KiB. To be iterated once; it reads the stores, which must stay open. */
  readonly bytes: AsyncIterable<Uint8Array>
}

const omitSchema = z.int().nonnegative().optional()

/**
 * Makes a bundle of runs: one file with all that they reach and nothing else. Equal runs give equal bytes, whatever
 * store they are in. Everything is read twice: once to judge it before a byte leaves, once to write it. Of a run that
 * goes on meanwhile the bundle has what was there at first.
 *
 * @throws MfmError `run_not_found`; `secrets_detected` with `details.hits`; `bundle_incomplete` with
 * `details.missing`; `bundle_too_large`; `bundle_invalid` for a stored stream that is damaged; errors of the stores
 */
export async function exportBundle(request: ExportRequest): Promise<BundleExport> {
  const { stores, runIds, signal } = request
  const omitBodiesAbove = decode(omitSchema, request.omitBodiesAbove, 'invalid_option', {
    what: 'omitBodiesAbove',
  })
  const call = { signal }
  const scan = new SecretScan(request.guard)
  const found = await survey(stores, inOrder(runIds), { scan, omitBodiesAbove, call })
  if (request.allowSecrets !== true) scan.refuse()
  return {
    manifest: found.manifest,
    secrets: scan.report,
    bytes: packed(parts(stores, found, call)),
  }
}

function inOrder(runIds: readonly RunId[]): RunId[] {
  if (runIds.length > 0) return [...new Set(runIds)].sort()
  throw new MfmError('invalid_option', { message: 'a bundle needs at least one run' })
}

async function* parts(
  stores: Stores,
  { manifest, documents }: Survey,
  call: CallOptions,
): AsyncGenerator<Uint8Array> {
  yield* entry(MANIFEST_NAME, encodeManifest(manifest))
  for (const run of manifest.runs) {
    yield headerBytes(eventsName(run.runId), run.bytes)
    yield* lines(stores, run, call)
    yield paddingBytes(run.bytes)
  }
  for (const { reference } of documents) {
    call.signal?.throwIfAborted()
    yield* entry(documentName(reference), await stores.artifacts.get(reference.id, call))
  }
  yield endOfArchive()
}

function* entry(name: string, content: Uint8Array): Generator<Uint8Array> {
  yield headerBytes(name, content.length)
  yield content
  yield paddingBytes(content.length)
}

const NEWLINE = Buffer.from('\n')

async function* lines(
  { events }: Stores,
  { runId, headSeq, headDigest }: BundledRun,
  call: CallOptions,
): AsyncGenerator<Uint8Array> {
  let digest: string | undefined
  for await (const envelope of events.read(runId, { to: headSeq }, call)) {
    const line = encodeLine(envelope)
    digest = line.digest
    yield line.text
    yield NEWLINE
  }
  if (digest === headDigest) return
  throw new MfmError('event_store_corruption', {
    message: `the stored events of run ${runId} changed while they were exported`,
    details: { runId, seq: headSeq },
  })
}
