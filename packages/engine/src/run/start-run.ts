import { randomUUID } from 'node:crypto'
import { canonicalize, jsonArtifact, parseJson } from '@mfm/canonical-json'
import type {
  JsonObject,
  JsonValue,
  Manifest,
  NewArtifact,
  Plan,
  Provenance,
  RunConfig,
  RunEvent,
  RunId,
} from '@mfm/core-types'
import { manifestSchema, runConfigSchema, UNKNOWN_PROVENANCE } from '@mfm/core-types'
import { decode, hasCode, MfmError, parseId } from '@mfm/errors'
import { EMPTY_HEAD, SYSTEM_SOURCES } from '@mfm/io-live'
import { SecretGuard } from '@mfm/secrets'
import { judgeContextValue } from '../context/attempt-context.ts'
import type { ContextValue } from '../context/context-tree.ts'
import { ContextTree } from '../context/context-tree.ts'
import type { EngineOptions } from '../engine-options.ts'
import { History } from '../history/history.ts'
import { planDocument } from '../plan/plan-document.ts'
import { validatePlan } from '../plan/validate-plan.ts'
import { assertSequential } from './assert-sequential.ts'
import { finishRun } from './finish-run.ts'
import { LiveHost } from './live-host.ts'
import type { RunResult } from './run-result.ts'

export interface StartRequest {
  readonly plan: Plan
  /** Part of the manifest, for people and tools. */
  readonly input?: JsonValue | undefined
  /** The context key that will hold the result. */
  readonly outputKey?: string | undefined
  /** The context that the first state sees; `{}` by default. */
  readonly context?: JsonObject | undefined
  readonly runConfig: RunConfig
  readonly provenance?: Provenance | undefined
  /** A new random UUID by default. */
  readonly runId?: RunId | undefined
  /** Aborted with the error `run_cancelled` it cancels the run; with anything else the run stops and can be resumed. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Starts a run and follows it to its end.
 *
 * A refusal (`invalid_plan`, `unsupported_execution_mode`, `invalid_option`, `secrets_detected`,
 * `context_value_invalid`, `run_already_exists`) leaves no stream.
 */
export async function startRun(engine: EngineOptions, request: StartRequest): Promise<RunResult> {
  const runId = parseId('run_id', request.runId ?? randomUUID())
  const config = decode(runConfigSchema, request.runConfig, 'invalid_option', {
    what: 'the run config',
  })
  assertSequential(config)
  const order = validatePlan(request.plan)
  const prepared = await prepare(engine, request, config)
  await assertNew(engine, runId)

  const now = (engine.clock ?? SYSTEM_SOURCES.clock)()
  using host = new LiveHost({
    engine,
    runId,
    config,
    past: { head: EMPTY_HEAD, summarizedSeq: 0 },
    startedAtMillis: now,
    signal: request.signal,
  })
  const history = new History()
  history.apply({ runId, seq: 1, tsMillis: now, event: prepared.event })
  if (host.takeFailpoint('before_run_started')) {
    return await finishRun(host, history, { phase: 'running', checkpoint: prepared.snapshotId })
  }
  try {
    await host.commit({ artifacts: prepared.artifacts, events: [prepared.event] })
  } catch (cause) {
    throw hasCode(cause, 'event_store_concurrency') ? exists(runId, cause) : cause
  }
  if (host.takeFailpoint('after_run_started')) {
    return await finishRun(host, history, { phase: 'running', checkpoint: prepared.snapshotId })
  }
  return await finishRun(host, history, order)
}

async function prepare(
  engine: EngineOptions,
  { plan, input, outputKey, context, provenance }: StartRequest,
  config: RunConfig,
): Promise<{
  readonly artifacts: NewArtifact[]
  readonly event: RunEvent
  readonly snapshotId: NewArtifact['id']
}> {
  const guard = engine.guard?.(config.secrets) ?? new SecretGuard({ mode: config.secrets })
  const document: Manifest = {
    v: 1,
    opId: plan.opId,
    opVersion: plan.opVersion,
    input: input ?? null,
    outputKey: outputKey ?? null,
    runConfig: config,
    provenance: provenance ?? UNKNOWN_PROVENANCE,
  }
  const json = parseJson(canonicalize(document, { numbers: config.numbers }), {
    integers: 'bigint',
  })
  const admitted = decode(manifestSchema, guard.admit(json, 'the manifest'), 'invalid_input', {
    what: 'the manifest',
  })
  const manifest = jsonArtifact('manifest', admitted)
  const snapshot = await initialSnapshot(context ?? {}, config, guard)
  const { artifact: planArtifact, digest: planDigest } = planDocument(plan)
  return {
    artifacts: [manifest, planArtifact, ...snapshot.artifacts],
    snapshotId: snapshot.id,
    event: {
      type: 'run_started',
      v: 1,
      opId: plan.opId,
      opVersion: plan.opVersion,
      manifestId: manifest.id,
      initialSnapshotId: snapshot.id,
      planDigest,
      parent: null,
    },
  }
}

export async function initialSnapshot(
  context: JsonObject,
  config: RunConfig,
  guard: SecretGuard,
): ReturnType<ContextTree['create']> {
  const values = new Map<string, ContextValue>()
  for (const [key, value] of Object.entries(context)) {
    values.set(key, judgeContextValue(key, value, { numbers: config.numbers, guard }))
  }
  const tree = new ContextTree(() => {
    throw new MfmError('internal_error')
  }, config.numbers)
  return await tree.create(values)
}

async function assertNew(engine: EngineOptions, runId: RunId): Promise<void> {
  if ((await engine.stores.events.headSeq(runId)) > 0) throw exists(runId, undefined)
}

function exists(runId: RunId, cause: unknown): MfmError {
  return new MfmError('run_already_exists', {
    message: `the run ${runId} exists`,
    details: { runId },
    cause,
  })
}
