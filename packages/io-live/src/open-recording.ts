import { randomUUID } from 'node:crypto'
import type {
  DivergencePolicy,
  FactKey,
  IoProvider,
  NumberProfile,
  RunId,
  Stores,
  Transport,
} from '@mfm/core-types'
import { MfmError, parseId } from '@mfm/errors'
import type { RecordedFact } from '@mfm/facts'
import { addFact, lastAttempt, PROGRAM_STATE } from '@mfm/facts'
import { resolverOf, SecretGuard } from '@mfm/secrets'
import { LiveIo } from './live-io.ts'
import type { RunHead } from './run-head.ts'
import { EMPTY_HEAD, envelopeDigest } from './run-head.ts'
import { RunWriter } from './run-writer.ts'
import type { SystemSources } from './system-sources.ts'
import { SYSTEM_SOURCES } from './system-sources.ts'

export interface RecordingOptions extends Partial<SystemSources> {
  /** Where everything goes. They stay open when the recording is closed. */
  readonly stores: Stores
  /** Performs calls that bring no `perform` of their own. */
  readonly transport?: Transport | undefined
  /** A UUID; a new one where absent. A recording that exists is continued. */
  readonly runId?: string | undefined
  /** Values of `secret('name')` handles. They are found and refused wherever an answer echoes them. */
  readonly secrets?: Readonly<Record<string, string>> | undefined
  /** Where `MFM_SECRET_<NAME>` is looked up, usually `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** Judges what looks like a secret; refuses it where absent. */
  readonly guard?: SecretGuard | undefined
  readonly numbers?: NumberProfile | undefined
  /** For calls that say no other; `strict` by default. */
  readonly divergence?: DivergencePolicy | undefined
  /** Longest streamed body, in bytes; 32 MiB where absent. It is in memory until it has ended. */
  readonly maxStreamBytes?: number | undefined
  /** Aborts every call that is under way. */
  readonly signal?: AbortSignal | undefined
}

/** Recorded IO for a program without an engine. */
export interface Recording extends IoProvider, AsyncDisposable {
  readonly runId: RunId
  /** How often the recording had been opened before, as far as it shows: part of the keys of times and noise. */
  readonly attempt: number
  /**
   * Refuses what comes from now on, gives up the streamed bodies that are open, and resolves when what is under way has
   * been recorded. Idempotent.
   */
  close(): Promise<void>
}

/**
 * Opens a recording: a stream that holds facts and nothing else.
 *
 * A recording that exists is continued as a new attempt of the program: what it has recorded answers, what failed is
 * tried again, and times and noise are fresh.
 *
 * @throws MfmError `invalid_id`; `run_already_exists` where the id is that of a workflow run
 */
export async function openRecording(options: RecordingOptions): Promise<Recording> {
  const { stores, secrets, env, numbers, divergence, transport, signal } = options
  const runId = parseId('run_id', options.runId ?? randomUUID())
  const clock = options.clock ?? SYSTEM_SOURCES.clock
  const { head, attempt } = await readRecording(stores, runId)
  const guard = options.guard ?? new SecretGuard({ mode: 'refuse' })
  for (const [name, value] of Object.entries(secrets ?? {})) guard.register(value, name)
  const io = new LiveIo({
    scope: { runId, stateId: PROGRAM_STATE, attempt },
    writer: new RunWriter({ stores, runId, head, isNew: options.runId === undefined, clock }),
    artifacts: stores.artifacts,
    transport,
    guard,
    resolveSecret: resolverOf(secrets, env),
    numbers,
    divergence,
    maxStreamBytes: options.maxStreamBytes,
    signal,
    clock,
    ...(options.randomBytes && { randomBytes: options.randomBytes }),
    ...(options.sleep && { sleep: options.sleep }),
  })
  return asRecording(io, runId, attempt)
}

async function readRecording(
  { events }: Stores,
  runId: RunId,
): Promise<{ readonly head: RunHead; readonly attempt: number }> {
  const facts = new Map<FactKey, RecordedFact>()
  let head = EMPTY_HEAD
  for await (const envelope of events.read(runId)) {
    if (envelope.event.type !== 'fact_recorded') {
      throw new MfmError('run_already_exists', {
        message: `the run ${runId} is a workflow run, not a recording`,
        details: { runId },
      })
    }
    addFact(facts, envelope)
    head = { seq: envelope.seq, digest: envelopeDigest(envelope) }
  }
  return { head, attempt: (lastAttempt(facts, PROGRAM_STATE) ?? -1) + 1 }
}

function asRecording(io: LiveIo, runId: RunId, attempt: number): Recording {
  return {
    runId,
    attempt,
    call: (call, callOptions) => io.call(call, callOptions),
    getRecordedFact: (key) => io.getRecordedFact(key),
    recordValue: (key, value) => io.recordValue(key, value),
    nowMillis: () => io.nowMillis(),
    randomBytes: (length) => io.randomBytes(length),
    sleepMs: (millis, callOptions) => io.sleepMs(millis, callOptions),
    close: () => io.close(),
    [Symbol.asyncDispose]: () => io.close(),
  }
}
