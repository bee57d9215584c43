import { jsonArtifact } from '@mfm/canonical-json'
import type {
  ArtifactId,
  ArtifactKind,
  FactRecorded,
  IoScope,
  Manifest,
  RunEvent,
  RunId,
  Stores,
} from '@mfm/core-types'
import { isDigest, isRunId, UNKNOWN_PROVENANCE } from '@mfm/core-types'
import { ContextTree } from '@mfm/engine'
import { MfmError, parseId } from '@mfm/errors'
import { PROGRAM_STATE } from '@mfm/facts'
import { chainEvents, EMPTY_HEAD } from '@mfm/io-live'
import { ContentReader } from './contents.ts'
import { treeChanges } from './context-change.ts'
import { keyOf } from './fact-place.ts'
import type {
  GoldenContent,
  GoldenEvent,
  GoldenFact,
  GoldenValues,
  GoldenWorkflow,
} from './golden-document.ts'
import type { Golden } from './golden-of-run.ts'
import { fromReadable } from './readable.ts'

/** The id under which a golden run stands in the stores of a test. */
export const GOLDEN_RUN_ID: RunId = runIdOf('00000000-0000-4000-8000-000000000000')

/**
 * Puts a golden run into empty stores, as the run that it was made of: every digest is computed again.
 *
 * @throws MfmError `golden_invalid`
 */
export async function fillStores(stores: Stores, { document, files }: Golden): Promise<RunId> {
  const filling = new Filling(stores, new ContentReader(files))
  const events: RunEvent[] = []
  if (document.workflow !== null) events.push(await filling.start(document.workflow))
  for (const event of document.events) events.push(await filling.event(event))
  const { envelopes } = chainEvents(GOLDEN_RUN_ID, EMPTY_HEAD, events, null)
  await stores.events.append(GOLDEN_RUN_ID, 0, envelopes)
  return GOLDEN_RUN_ID
}

class Filling {
  readonly #stores: Stores
  readonly #contents: ContentReader
  readonly #tree: ContextTree
  #snapshot: ArtifactId | undefined
  #open: Pick<IoScope, 'stateId' | 'attempt'> = { stateId: PROGRAM_STATE, attempt: 0 }

  constructor(stores: Stores, contents: ContentReader) {
    this.#stores = stores
    this.#contents = contents
    this.#tree = new ContextTree((id) => stores.artifacts.get(id), 'rfc8785')
  }

  async start(workflow: GoldenWorkflow): Promise<RunEvent> {
    const { opId, opVersion, outputKey, runConfig, plan, context } = workflow
    const manifest: Manifest = {
      v: 1,
      opId: parseId('op_id', opId),
      opVersion,
      input: fromReadable(workflow.input),
      outputKey,
      runConfig,
      provenance: UNKNOWN_PROVENANCE,
    }
    const planDigest: string = await this.#putJson('plan', plan)
    if (!isDigest(planDigest)) throw new MfmError('internal_error')
    return {
      type: 'run_started',
      v: 1,
      opId: manifest.opId,
      opVersion,
      manifestId: await this.#putJson('manifest', manifest),
      initialSnapshotId: await this.#change(context, []),
      planDigest,
      parent: null,
    }
  }

  async event(event: GoldenEvent): Promise<RunEvent> {
    switch (event.type) {
      case 'fact':
        return await this.#fact(event)
      case 'state_entered': {
        const { stateId, attempt } = event
        this.#open = { stateId, attempt }
        return { ...event, v: 1, baseSnapshotId: this.#current() }
      }
      case 'state_completed': {
        const { writes, deletes = [], ...rest } = event
        return { ...rest, v: 1, contextSnapshotId: await this.#change(writes, deletes) }
      }
      case 'state_failed':
        return { ...event, v: 1, failureSnapshotId: null, notBeforeMillis: null }
      case 'domain':
        return { ...event, v: 1, payload: fromReadable(event.payload), payloadRef: null }
      case 'run_completed':
        return { ...event, v: 1, finalSnapshotId: this.#current() }
    }
  }

  #current(): ArtifactId {
    if (this.#snapshot !== undefined) return this.#snapshot
    throw new MfmError('golden_invalid', {
      message: 'a golden file has events of a workflow and says of none how it starts',
    })
  }

  async #change(values: GoldenValues, deletes: readonly string[]): Promise<ArtifactId> {
    const changes = treeChanges(values, deletes, this.#contents)
    const { id, artifacts } = await (this.#snapshot === undefined
      ? this.#tree.create(changes)
      : this.#tree.derive(this.#snapshot, changes))
    for (const { kind, bytes } of artifacts) await this.#stores.artifacts.put(kind, bytes)
    this.#snapshot = id
    return id
  }

  async #fact(fact: GoldenFact): Promise<FactRecorded> {
    const payloadId = await this.#put('fact_payload', fact.response)
    const { namespace, request, attachments = [] } = fact
    if (namespace === undefined) {
      return { type: 'fact_recorded', v: 1, key: fact.key ?? '', payloadId, meta: {} }
    }
    const requestId = request === undefined ? null : await this.#put('fact_request', request)
    const scope = this.#scopeOf(fact)
    const attachmentIds: ArtifactId[] = []
    for (const body of attachments) attachmentIds.push(await this.#put('attachment', body))
    return {
      type: 'fact_recorded',
      v: 1,
      key: keyOf(fact, scope, { namespace, requestId }),
      payloadId,
      meta: {
        v: 1,
        namespace,
        requestId,
        outcome: fact.outcome ?? 'answered',
        stateId: scope.stateId,
        attempt: scope.attempt,
        ordinal: fact.ordinal ?? 0,
        ...(attachmentIds.length > 0 && { attachments: attachmentIds }),
        ...(fact.supersedes !== undefined && { supersedes: fact.supersedes }),
      },
    }
  }

  #scopeOf({ stateId = this.#open.stateId, attempt = this.#open.attempt }: GoldenFact): IoScope {
    return { runId: GOLDEN_RUN_ID, stateId, attempt }
  }

  async #put(kind: ArtifactKind, content: GoldenContent): Promise<ArtifactId> {
    return await this.#stores.artifacts.put(kind, this.#contents.bytes(content))
  }

  async #putJson(kind: ArtifactKind, value: object): Promise<ArtifactId> {
    return await this.#stores.artifacts.put(kind, jsonArtifact(kind, value).bytes)
  }
}

function runIdOf(text: string): RunId {
  if (isRunId(text)) return text
  throw new MfmError('internal_error')
}
