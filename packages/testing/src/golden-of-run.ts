import { decodeJsonArtifact } from '@mfm/canonical-json'
import type {
  ArtifactId,
  ErrorInfo,
  FactRecorded,
  IoScope,
  JsonObject,
  RunEvent,
  RunId,
  RunStarted,
  Stores,
} from '@mfm/core-types'
import { hasFactMeta, isArtifactId, jsonObjectSchema } from '@mfm/core-types'
import {
  ChainCheck,
  ContextTree,
  divergenceDetails,
  loadManifest,
  readDivergence,
} from '@mfm/engine'
import { decode, MfmError } from '@mfm/errors'
import { PROGRAM_STATE } from '@mfm/facts'
import { ContentWriter } from './contents.ts'
import { contextChange, valuesOf } from './context-change.ts'
import { keyMembers } from './fact-place.ts'
import type { GoldenDocument, GoldenEvent, GoldenFact, GoldenWorkflow } from './golden-document.ts'
import { toReadable } from './readable.ts'

/** A document with the files that stand beside it. */
export interface Golden {
  readonly document: GoldenDocument
  /** Name → bytes. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

/**
 * A stored run as a golden one. Two runs that did the same give the same.
 *
 * @throws MfmError `run_not_found`, `run_not_finished`, `event_store_corruption`; errors of the stores
 */
export async function goldenOfRun(
  stores: Pick<Stores, 'events' | 'artifacts'>,
  runId: RunId,
): Promise<Golden> {
  const reading = new Reading(stores)
  const chain = new ChainCheck()
  for await (const envelope of stores.events.read(runId)) {
    chain.next(envelope)
    await reading.take(envelope.event)
  }
  return reading.golden(runId)
}

class Reading {
  readonly #artifacts: Stores['artifacts']
  readonly #contents = new ContentWriter()
  readonly #events: GoldenEvent[] = []
  #workflow: GoldenWorkflow | null = null
  #context: JsonObject = {}
  #open: Pick<IoScope, 'stateId' | 'attempt'> = { stateId: PROGRAM_STATE, attempt: 0 }

  constructor({ artifacts }: Pick<Stores, 'artifacts'>) {
    this.#artifacts = artifacts
  }

  golden(runId: RunId): Golden {
    if (this.#workflow === null && this.#events.length === 0) {
      throw new MfmError('run_not_found', { details: { runId } })
    }
    if (this.#workflow !== null && this.#events.at(-1)?.type !== 'run_completed') {
      throw new MfmError('run_not_finished', {
        message: `the run ${runId} has no end yet`,
        details: { runId },
      })
    }
    return {
      document: { golden: 1, workflow: this.#workflow, events: this.#events },
      files: this.#contents.files,
    }
  }

  async take(event: RunEvent): Promise<void> {
    switch (event.type) {
      case 'run_started':
        this.#workflow = await this.#start(event)
        return
      case 'fact_recorded':
        this.#events.push(await this.#fact(event))
        return
      case 'history_summarized':
        return
      default:
        this.#events.push(await this.#event(event))
    }
  }

  async #event(
    event: Exclude<RunEvent, { type: 'run_started' | 'fact_recorded' | 'history_summarized' }>,
  ): Promise<GoldenEvent> {
    switch (event.type) {
      case 'state_entered': {
        const { type, stateId, attempt } = event
        this.#open = { stateId, attempt }
        return { type, stateId, attempt }
      }
      case 'state_completed': {
        const { type, stateId, attempt } = event
        const before = this.#context
        this.#context = await this.#snapshot(event.contextSnapshotId)
        return { type, stateId, attempt, ...contextChange(before, this.#context, this.#contents) }
      }
      case 'state_failed': {
        const { type, stateId, attempt, error } = event
        return { type, stateId, attempt, error: steadyError(error) }
      }
      case 'domain': {
        const { type, name, payload, stateId, attempt } = event
        return { type, name, payload: toReadable(payload), stateId, attempt }
      }
      case 'run_completed': {
        const { type, status, error } = event
        return { type, status, error }
      }
    }
  }

  async #start(event: RunStarted): Promise<GoldenWorkflow> {
    const { opId, opVersion, input, outputKey, runConfig } = await loadManifest(
      this.#artifacts,
      event.manifestId,
    )
    const planId: string = event.planDigest
    if (!isArtifactId(planId)) throw new MfmError('internal_error')
    const plan = decodeJsonArtifact(planId, await this.#artifacts.get(planId))
    this.#context = await this.#snapshot(event.initialSnapshotId)
    return {
      opId,
      opVersion,
      input: toReadable(input),
      outputKey,
      runConfig,
      plan: decode(jsonObjectSchema, plan, 'artifact_decode_failed', {
        what: `the plan ${planId}`,
      }),
      context: valuesOf(this.#context, this.#contents),
    }
  }

  async #snapshot(id: ArtifactId): Promise<JsonObject> {
    const tree = new ContextTree((node) => this.#artifacts.get(node), 'rfc8785')
    return Object.fromEntries(await tree.entries(id))
  }

  async #fact({ key, payloadId, meta }: FactRecorded): Promise<GoldenFact> {
    const payload = await this.#artifacts.get(payloadId)
    const contents = this.#contents
    if (!hasFactMeta(meta)) return { type: 'fact', key, response: contents.json(payload) }
    const { v: _, namespace, requestId, outcome, ...place } = meta
    const { stateId, attempt, ordinal, attachments = [], supersedes, ...more } = place
    // Lines of code move without meaning anything.
    const { location: _location, ...others } = more
    const bodies: Uint8Array[] = []
    for (const id of attachments) bodies.push(await this.#artifacts.get(id))
    const isHere = stateId === this.#open.stateId && attempt === this.#open.attempt
    return {
      type: 'fact',
      namespace,
      ordinal,
      ...keyMembers(key, meta),
      ...(requestId !== null && { request: contents.json(await this.#artifacts.get(requestId)) }),
      response: namespace === 'random_bytes' ? contents.noise(payload) : contents.json(payload),
      ...(bodies.length > 0 && { attachments: bodies.map((bytes) => contents.bytes(bytes)) }),
      ...(supersedes !== undefined && { supersedes }),
      ...(outcome !== 'answered' && { outcome }),
      ...(!isHere && { stateId, attempt }),
      // Does not compile when facts come to say more than a golden file keeps.
      ...(others satisfies Record<string, never>),
    }
  }
}

/** Without what says where in the code a call diverged and what was recorded elsewhere: those move by themselves. */
function steadyError(error: ErrorInfo): ErrorInfo {
  const divergence = readDivergence(error.details)
  if (divergence === undefined) return error
  const location = { today: null, recorded: null }
  return { ...error, details: divergenceDetails({ ...divergence, location, nearest: [] }) }
}
