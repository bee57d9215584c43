import { canonicalize, diffJson, parseJson } from '@mfm/canonical-json'
import type { IoProvider, JsonValue } from '@mfm/core-types'
import { isMfmError } from '@mfm/errors'
import type { Replay } from '@mfm/io-replay'
import { openReplay } from '@mfm/io-replay'
import type { SecretGuard } from '@mfm/secrets'
import { openMemoryStores } from '@mfm/store-memory'
import { fillStores } from './fill-stores.ts'
import type { GoldenDifference } from './golden-differences.ts'
import { pointersOfError } from './golden-differences.ts'
import type { Golden } from './golden-of-run.ts'
import { fromReadable } from './readable.ts'
import { unusedFact } from './verify-op.ts'

/** Code that takes every outside input from a provider. */
export type Program<Result> = (io: IoProvider) => Promise<Result> | Result

export interface ProgramVerification<Result> {
  /** What the program came to; absent where it threw. */
  readonly outcome: { readonly value: Result } | { readonly thrown: unknown }
  readonly differences: readonly GoldenDifference[]
}

const MISSES: ReadonlyMap<string, GoldenDifference['kind']> = new Map([
  ['missing_fact', 'missing'],
  ['fact_exhausted', 'exhausted'],
  ['fact_diverged', 'diverged'],
  ['fact_payload_conflict', 'diverged'],
  ['fact_payload_invalid', 'diverged'],
  ['missing_fact_key', 'refused'],
])

/** A golden run as a provider, with what its program asked for and did not find. */
export class GoldenReplay implements IoProvider {
  readonly misses: GoldenDifference[] = []
  readonly #replay: Replay

  private constructor(replay: Replay) {
    this.#replay = replay
  }

  static async open(golden: Golden, guard: SecretGuard): Promise<GoldenReplay> {
    const stores = openMemoryStores()
    const runId = await fillStores(stores, golden)
    return new GoldenReplay(await openReplay({ stores, runId, guard }))
  }

  readonly call: IoProvider['call'] = (call) => this.#observe(this.#replay.call(call))
  readonly getRecordedFact: IoProvider['getRecordedFact'] = (key) =>
    this.#observe(this.#replay.getRecordedFact(key))
  readonly recordValue: IoProvider['recordValue'] = (key, value) =>
    this.#observe(this.#replay.recordValue(key, value))
  readonly nowMillis: IoProvider['nowMillis'] = () => this.#observe(this.#replay.nowMillis())
  readonly randomBytes: IoProvider['randomBytes'] = (length) =>
    this.#observe(this.#replay.randomBytes(length))
  readonly sleepMs: IoProvider['sleepMs'] = (millis) => this.#observe(this.#replay.sleepMs(millis))

  /** What was asked and not found, and what was recorded and not asked for. */
  async close(): Promise<readonly GoldenDifference[]> {
    const unused = this.#replay.unusedFacts().map(({ key }) => unusedFact(key))
    await this.#replay.close()
    return [...this.misses, ...unused]
  }

  async #observe<T>(operation: Promise<T>): Promise<T> {
    try {
      return await operation
    } catch (error) {
      const kind = isMfmError(error) ? MISSES.get(error.code) : undefined
      if (isMfmError(error) && kind !== undefined) {
        const pointers = pointersOfError(error.details)
        this.misses.push({ kind, message: error.message, pointers })
      }
      throw error
    }
  }
}

/** Runs a program on a golden run, without network, and compares what it asks and what it comes to. */
export async function verifyProgram<Result>(
  golden: Golden,
  program: Program<Result>,
  guard: SecretGuard,
): Promise<ProgramVerification<Result>> {
  const io = await GoldenReplay.open(golden, guard)
  const outcome = await outcomeOf(program, io)
  const differences = [...(await io.close())]
  if ('thrown' in outcome) return { outcome, differences: io.misses }
  const { result } = golden.document
  const produced = jsonOf(outcome.value)
  const recorded = result === undefined ? undefined : fromReadable(result)
  const changed = resultDifference(recorded, produced)
  return { outcome, differences: [...differences, ...changed] }
}

/** A result as it is recorded; `undefined` for what is no JSON, which is not compared. */
export function jsonOf(value: unknown): JsonValue | undefined {
  try {
    return value === undefined ? undefined : parseJson(canonicalize(value), { integers: 'bigint' })
  } catch (error) {
    if (isMfmError(error)) return undefined
    throw error
  }
}

function resultDifference(
  recorded: JsonValue | undefined,
  produced: JsonValue | undefined,
): readonly GoldenDifference[] {
  if (recorded === undefined && produced === undefined) return []
  const rows =
    recorded === undefined || produced === undefined
      ? [{ pointer: '', recorded, produced }]
      : diffJson(recorded, produced).map(({ requested, ...row }) => ({
          ...row,
          produced: requested,
        }))
  if (rows.length === 0) return []
  return [{ kind: 'result_changed', message: 'the code came to something else', pointers: rows }]
}

async function outcomeOf<Result>(
  program: Program<Result>,
  io: IoProvider,
): Promise<{ readonly value: Result } | { readonly thrown: unknown }> {
  try {
    return { value: await program(io) }
  } catch (thrown) {
    return { thrown }
  }
}
