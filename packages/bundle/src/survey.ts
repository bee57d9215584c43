import type { ArtifactStore, CallOptions, RunId, Stores } from '@mfm/core-types'
import { hasCode, MfmError } from '@mfm/errors'
import { MAX_ENTRY_BYTES } from './container/entry-header.ts'
import { DocumentWalk } from './document-walk.ts'
import { encodeLine } from './event-line.ts'
import type { DocumentReference } from './format.ts'
import { BUNDLE_FORMAT, BUNDLE_VERSION, isBodyKind } from './format.ts'
import type { BundledRun, BundleManifest, OmittedDocument } from './manifest.ts'
import { tooLarge } from './problem.ts'
import { RootDigest } from './root-digest.ts'
import type { SecretScan } from './secret-scan.ts'
import { StreamCheck } from './stream-check.ts'

/** What goes into a bundle, known before its first byte is written. */
export interface Survey {
  readonly manifest: BundleManifest
  /** Those that are not left out, in the order of the bundle. */
  readonly documents: readonly { readonly reference: DocumentReference; readonly size: number }[]
}

interface SurveyOptions {
  readonly scan: SecretScan
  readonly omitBodiesAbove: number | undefined
  readonly call: CallOptions
}

const MAX_REPORTED = 20

/**
 * Reads everything that a bundle of these runs will hold.
 *
 * @param runIds in the order of the bundle
 * @throws MfmError `run_not_found`, `bundle_incomplete`, `bundle_too_large`, `bundle_invalid` for a stored stream that is damaged
 */
export async function survey(
  stores: Stores,
  runIds: readonly RunId[],
  { scan, omitBodiesAbove, call }: SurveyOptions,
): Promise<Survey> {
  const walk = new DocumentWalk()
  const root = new RootDigest()
  const runs: BundledRun[] = []
  for (const runId of runIds) {
    const run = await surveyRun(stores, runId, { walk, scan, call })
    root.addRun(run)
    runs.push(run)
  }
  const documents: { reference: DocumentReference; size: number }[] = []
  const omitted: OmittedDocument[] = []
  const missing: DocumentReference[] = []
  const load = async (reference: DocumentReference): Promise<Uint8Array | undefined> =>
    await getIfThere(stores.artifacts, reference, call)
  for await (const { reference, bytes } of walk.documents(load)) {
    call.signal?.throwIfAborted()
    if (bytes === undefined) {
      missing.push(reference)
      continue
    }
    const { kind, id } = reference
    const size = bytes.length
    root.addDocument(reference, size)
    if (isBodyKind(kind) && size > (omitBodiesAbove ?? Number.POSITIVE_INFINITY)) {
      omitted.push({ kind, id, bytes: size })
    } else {
      scan.addDocument(reference, bytes)
      documents.push({ reference, size })
    }
  }
  requireComplete(missing)
  return { manifest: manifestOf(runs, { documents, omitted, root }), documents }
}

function manifestOf(
  runs: readonly BundledRun[],
  {
    documents,
    omitted,
    root,
  }: Pick<Survey, 'documents'> & {
    readonly omitted: readonly OmittedDocument[]
    readonly root: RootDigest
  },
): BundleManifest {
  const bytes = documents.reduce((sum, { size }) => sum + size, 0)
  return {
    format: BUNDLE_FORMAT,
    version: BUNDLE_VERSION,
    digest: 'sha256',
    runs,
    documents: { count: documents.length, bytes },
    omitted,
    root: root.end(),
  }
}

async function surveyRun(
  { events }: Stores,
  runId: RunId,
  {
    walk,
    scan,
    call,
  }: { readonly walk: DocumentWalk; readonly scan: SecretScan; readonly call: CallOptions },
): Promise<BundledRun> {
  const check = new StreamCheck(runId)
  let bytes = 0
  for await (const envelope of events.read(runId, undefined, call)) {
    const line = encodeLine(envelope)
    check.next(line)
    walk.addEvent(envelope)
    scan.addEvent(envelope)
    bytes += line.text.length + 1
  }
  if (bytes === 0) {
    throw new MfmError('run_not_found', { message: `there is no run ${runId}`, details: { runId } })
  }
  if (bytes > MAX_ENTRY_BYTES) throw tooLarge('entryBytes', MAX_ENTRY_BYTES, bytes)
  return { runId, ...check.head(), bytes }
}

async function getIfThere(
  artifacts: ArtifactStore,
  { id }: DocumentReference,
  call: CallOptions,
): Promise<Uint8Array | undefined> {
  try {
    return await artifacts.get(id, call)
  } catch (error) {
    if (hasCode(error, 'artifact_not_found')) return
    throw error
  }
}

function requireComplete(missing: readonly DocumentReference[]): void {
  const [first] = missing
  if (first === undefined) return
  const more = missing.length > 1 ? ` and ${missing.length - 1} more` : ''
  throw new MfmError('bundle_incomplete', {
    message: `the store lacks the ${first.kind} ${first.id} that run ${first.runId} reaches${more}`,
    details: {
      missing: missing.slice(0, MAX_REPORTED).map((reference) => ({ ...reference })),
      total: missing.length,
    },
  })
}
