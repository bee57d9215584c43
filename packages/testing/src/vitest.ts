import { dirname, join } from 'node:path'
import type { IoProvider } from '@mfm/core-types'
import type { RunFailure, RunResult } from '@mfm/engine'
import { MfmError } from '@mfm/errors'
import type { Op } from '@mfm/workflow'
import { isOp } from '@mfm/workflow'
import { expect, onTestFinished } from 'vitest'
import type { GoldenDifference } from './golden-differences.ts'
import { differentError } from './golden-differences.ts'
import { goldenPath, readGolden, shownPath, writeGolden } from './golden-files.ts'
import { goldenMode } from './golden-mode.ts'
import type { Golden } from './golden-of-run.ts'
import type { GoldenOpOptions, GoldenOptions } from './golden-options.ts'
import { guardOf } from './golden-options.ts'
import { GoldenRecorder, recordOp, recordProgram } from './record-golden.ts'
import { refuseGoldenSecrets } from './refuse-secrets.ts'
import { verifyOp } from './verify-op.ts'
import type { Program } from './verify-program.ts'
import { GoldenReplay, verifyProgram } from './verify-program.ts'

export type { GoldenOpOptions, GoldenOptions } from './golden-options.ts'
export type { Program } from './verify-program.ts'

/** How a golden run of a workflow ended. */
export interface GoldenResult<Output> {
  readonly phase: RunResult['phase']
  readonly output: Output | undefined
  readonly failure: RunFailure | undefined
}

interface Place {
  readonly name: string
  readonly path: string
  /** The run to verify; `undefined` where one is to be recorded. */
  readonly golden: Golden | undefined
}

/** Recorded by this process: another test of the same name verifies what was recorded. */
const recorded = new Set<string>()

/**
 * Holds a workflow, or code that takes a provider, against the run that is kept under a name in `__golden__` beside
 * the test: offline, every call, event, snapshot and result. `vitest -u` records it.
 *
 * The result of plain code is compared where it is JSON. When recording, plain code runs twice: live, and on what was
 * recorded.
 *
 * @throws MfmError `golden_different` whose message shows each difference; `golden_missing`, `golden_refused`,
 * `golden_invalid`, `golden_run_failed`, `secrets_detected`, `invalid_option`; what the code throws
 *
 * @example
 * test('audit', async () => {
 *   const { output } = await golden('audit', auditOp, { input, transport })
 * })
 * test('client', () => golden('client', async (io) => new Client(io).list(), { transport }))
 */
export async function golden<Input, Output>(
  name: string,
  op: Op<Input, Output>,
  options?: GoldenOpOptions,
): Promise<GoldenResult<Output>>
export async function golden<Result>(
  name: string,
  program: Program<Result>,
  options?: GoldenOptions,
): Promise<Result>
export async function golden(
  name: string,
  subject: Op | Program<unknown>,
  options: GoldenOpOptions = {},
): Promise<unknown> {
  const place = await find(name, options)
  return isOp(subject)
    ? await goldenOp(place, subject, options)
    : await goldenProgram(place, subject, options)
}

/**
 * A provider for the rest of a test, where the code cannot be given as one function. It ends with the test: recorded
 * facts that nothing asked for then fail it, and a recording is written only if it passed. Not for concurrent tests.
 *
 * @throws MfmError as {@link golden} does
 */
export async function goldenIo(name: string, options: GoldenOptions = {}): Promise<IoProvider> {
  const place = await find(name, options)
  if (place.golden === undefined) return await recordingIo(place, options)
  const io = await GoldenReplay.open(place.golden, guardOf(options))
  onTestFinished(async ({ task }) => {
    const differences = await io.close()
    // A test that failed may have ended early, so what it left unused says nothing.
    assertSame(place, task.result?.state === 'fail' ? io.misses : differences, options)
  })
  return io
}

async function recordingIo(place: Place, options: GoldenOptions): Promise<IoProvider> {
  const recorder = await GoldenRecorder.open(place.name, options)
  onTestFinished(async ({ task }) => {
    await using ending = recorder
    if (task.result?.state === 'fail') return
    const made = await ending.golden()
    refuseGoldenSecrets(made, guardOf(options))
    await write(place, made)
  })
  return recorder.io
}

async function goldenOp(
  place: Place,
  op: Op,
  options: GoldenOpOptions,
): Promise<GoldenResult<unknown>> {
  if (place.golden === undefined) {
    const made = await recordOp(place.name, op, options)
    await write(place, made.golden)
    return resultOf(made.result)
  }
  const { input, guard } = options
  const { report, differences } = await verifyOp(place.golden, op, {
    input,
    ...(guard && { guard: () => guard }),
  })
  assertSame(place, differences, options)
  return resultOf(report)
}

function resultOf({ phase, output, failure }: GoldenResult<unknown>): GoldenResult<unknown> {
  return { phase, output, failure }
}

async function goldenProgram(
  place: Place,
  program: Program<unknown>,
  options: GoldenOptions,
): Promise<unknown> {
  if (place.golden === undefined) {
    const made = await recordProgram(place.name, program, options)
    await write(place, made.golden)
    return made.value
  }
  const { outcome, differences } = await verifyProgram(place.golden, program, guardOf(options))
  const thrown = 'thrown' in outcome ? outcome.thrown : undefined
  assertSame(place, differences, options, thrown)
  if ('thrown' in outcome) throw outcome.thrown
  return outcome.value
}

async function find(name: string, options: GoldenOptions): Promise<Place> {
  const { testPath, snapshotState } = expect.getState()
  if (testPath === undefined) {
    throw new MfmError('invalid_option', { message: 'a golden run belongs to a test file' })
  }
  const path = goldenPath(options.folder ?? join(dirname(testPath), '__golden__'), name)
  const stored = await readGolden(path)
  const exists = stored !== undefined
  if (recorded.has(path)) return { name, path, golden: stored }
  const update = snapshotState.snapshotUpdateState
  const mode = goldenMode({ update, env: process.env, name, exists })
  return { name, path, golden: mode === 'verify' ? stored : undefined }
}

async function write({ path }: Place, made: Golden): Promise<void> {
  await writeGolden(path, made)
  recorded.add(path)
}

function assertSame(
  { name, path }: Place,
  differences: readonly GoldenDifference[],
  { unused = 'error' }: GoldenOptions,
  cause?: unknown,
): void {
  const counted = differences.filter(({ kind }) => unused === 'error' || kind !== 'unused')
  if (counted.length > 0) throw differentError({ name, path: shownPath(path) }, counted, cause)
}
