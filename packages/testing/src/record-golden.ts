import { MfmError } from '@mfm/errors'
import type { Recording } from '@mfm/io-live'
import { openRecording } from '@mfm/io-live'
import { resolverOf } from '@mfm/secrets'
import { openMemoryStores } from '@mfm/store-memory'
import type { Op, WorkflowResult } from '@mfm/workflow'
import { runWorkflow } from '@mfm/workflow'
import type { GoldenDifference } from './golden-differences.ts'
import { differentError } from './golden-differences.ts'
import type { Golden } from './golden-of-run.ts'
import { goldenOfRun } from './golden-of-run.ts'
import type { GoldenOpOptions, GoldenOptions } from './golden-options.ts'
import { guardOf } from './golden-options.ts'
import { inOrderOfAsking } from './order-facts.ts'
import { toReadable } from './readable.ts'
import { refuseGoldenSecrets } from './refuse-secrets.ts'
import { steadySources } from './steady-sources.ts'
import { verifyOp } from './verify-op.ts'
import type { Program } from './verify-program.ts'
import { jsonOf, verifyProgram } from './verify-program.ts'

/**
 * Runs an op live and gives the run as a golden one, replayed once.
 *
 * @throws MfmError `golden_run_failed`, `golden_different` where it does not replay, `secrets_detected`
 */
export async function recordOp<Input, Output>(
  name: string,
  op: Op<Input, Output>,
  options: GoldenOpOptions,
): Promise<{ readonly golden: Golden; readonly result: WorkflowResult<Output> }> {
  const { transport, secrets, env, input, runConfig, mayFail = false } = options
  const guard = guardOf(options)
  await using stores = openMemoryStores()
  const result = await runWorkflow(op, {
    ...steadySources(name, options),
    stores,
    transport,
    guard: () => guard,
    resolveSecret: resolverOf(secrets, env),
    input,
    ...(runConfig && { runConfig }),
  })
  if (result.phase !== 'completed' && !mayFail) throw runFailed(name, result)
  const golden = await goldenOfRun(stores, result.runId)
  refuseGoldenSecrets(golden, guard)
  const check = async (one: Golden): Promise<readonly GoldenDifference[]> =>
    (await verifyOp(one, op, { guard: () => guard })).differences
  return { golden: await replayable(name, golden, check), result }
}

/**
 * Runs code live and gives what it asked as a golden run, replayed once.
 *
 * @throws what the code throws; MfmError `golden_run_failed` where it asked for nothing, `golden_different` where it
 * does not replay, `secrets_detected`
 */
export async function recordProgram<Result>(
  name: string,
  program: Program<Result>,
  options: GoldenOptions,
): Promise<{ readonly golden: Golden; readonly value: Result }> {
  const guard = guardOf(options)
  await using recorder = await GoldenRecorder.open(name, options)
  const value = await program(recorder.io)
  const facts = await recorder.golden()
  const result = jsonOf(value)
  const golden: Golden =
    result === undefined
      ? facts
      : { ...facts, document: { ...facts.document, result: toReadable(result) } }
  refuseGoldenSecrets(golden, guard)
  const check = async (one: Golden): Promise<readonly GoldenDifference[]> => {
    const { outcome, differences } = await verifyProgram(one, program, guard)
    if ('thrown' in outcome && differences.length === 0) throw outcome.thrown
    return differences
  }
  return { golden: await replayable(name, golden, check), value }
}

/** Records plain code. */
export class GoldenRecorder implements AsyncDisposable {
  readonly io: Recording
  readonly #name: string
  readonly #stores: ReturnType<typeof openMemoryStores>

  private constructor(name: string, io: Recording, stores: ReturnType<typeof openMemoryStores>) {
    this.#name = name
    this.#stores = stores
    this.io = io
  }

  static async open(name: string, options: GoldenOptions): Promise<GoldenRecorder> {
    const { transport, secrets, env } = options
    const stores = openMemoryStores()
    const guard = guardOf(options)
    const sources = steadySources(name, options)
    const io = await openRecording({ ...sources, stores, transport, secrets, env, guard })
    return new GoldenRecorder(name, io, stores)
  }

  /** Ends the recording. */
  async golden(): Promise<Golden> {
    await this.io.close()
    if ((await this.#stores.events.headSeq(this.io.runId)) > 0) {
      return await goldenOfRun(this.#stores, this.io.runId)
    }
    throw new MfmError('golden_run_failed', {
      message: `golden ${JSON.stringify(this.#name)}: the code asked for no outside input, so there is nothing to record`,
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.io.close()
    await this.#stores.close()
  }
}

/** In the order of asking where the code does not mind, else as recorded. */
async function replayable(
  name: string,
  recorded: Golden,
  check: (golden: Golden) => Promise<readonly GoldenDifference[]>,
): Promise<Golden> {
  const ordered = { ...recorded, document: inOrderOfAsking(recorded.document) }
  if ((await check(ordered)).length === 0) return ordered
  const differences = await check(recorded)
  if (differences.length === 0) return recorded
  const path =
    'of a moment ago, which was not written: the code takes an input that is not recorded'
  throw differentError({ name, path }, differences)
}

function runFailed(name: string, { phase, failure }: WorkflowResult<unknown>): MfmError {
  const why = failure === undefined ? phase : `${failure.error.code}: ${failure.error.message}`
  return new MfmError('golden_run_failed', {
    message: `golden ${JSON.stringify(name)}: the run ended ${phase}, so it was not recorded (${why})`,
    details: { phase, code: failure?.error.code ?? null, stateId: failure?.stateId ?? null },
  })
}
