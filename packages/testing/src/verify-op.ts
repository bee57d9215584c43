import { canonicalize, diffJson, parseJson } from '@mfm/canonical-json'
import type { FactKey, JsonValue, Stores } from '@mfm/core-types'
import { endedFromOutside, loadManifest, readStart } from '@mfm/engine'
import type { SecretGuard } from '@mfm/secrets'
import { openMemoryStores } from '@mfm/store-memory'
import type { Op, WorkflowReplay } from '@mfm/workflow'
import { initialContext, verifyWorkflow } from '@mfm/workflow'
import { fillStores, GOLDEN_RUN_ID } from './fill-stores.ts'
import type { GoldenDifference } from './golden-differences.ts'
import { fromReplay } from './golden-differences.ts'
import type { Golden } from './golden-of-run.ts'

export interface VerifyOpOptions {
  /** Compared with the recorded one; not looked at where absent. */
  readonly input?: unknown
  readonly guard?: ((mode: 'refuse' | 'redact') => SecretGuard) | undefined
}

export interface OpVerification<Output> {
  readonly report: WorkflowReplay<Output>
  readonly differences: readonly GoldenDifference[]
}

/** Runs an op on a golden run, without network, and compares everything. */
export async function verifyOp<Input, Output>(
  golden: Golden,
  op: Op<Input, Output>,
  { input, guard }: VerifyOpOptions,
): Promise<OpVerification<Output>> {
  await using stores = openMemoryStores()
  const runId = await fillStores(stores, golden)
  const changed = input === undefined ? [] : await inputDifference(stores, op, input)
  const report = await verifyWorkflow(op, { stores, runId, guard })
  const differences = report.differences.map(fromReplay)
  // What a stopped replay did not come to says nothing.
  const unused = differences.length > 0 ? [] : await unusedFacts(stores, report)
  return { report, differences: [...changed, ...differences, ...unused] }
}

async function inputDifference(
  stores: Stores,
  op: Pick<Op, 'id'> & { readonly input: Op['input'] },
  input: unknown,
): Promise<readonly GoldenDifference[]> {
  const { manifestId } = await readStart(stores, GOLDEN_RUN_ID)
  const { input: recorded } = await loadManifest(stores.artifacts, manifestId)
  const context = initialContext(op, input)
  const given = plain(op.input === undefined ? null : context[op.input.name])
  const rows = diffJson(recorded, given)
  if (rows.length === 0) return []
  const pointers = rows.map(({ requested, ...row }) => ({ ...row, produced: requested }))
  return [{ kind: 'input_changed', message: 'the test gives another input', pointers }]
}

function plain(value: JsonValue | undefined): JsonValue {
  return parseJson(canonicalize(value ?? null), { integers: 'bigint' })
}

/** Times and noise of an attempt that a crash or a deadline ended answer nothing in any replay. */
async function unusedFacts(
  stores: Stores,
  { unusedFacts: keys }: Pick<WorkflowReplay<unknown>, 'unusedFacts'>,
): Promise<readonly GoldenDifference[]> {
  if (keys.length === 0) return []
  const ended = new Set<string>()
  const attemptOf = new Map<FactKey, string>()
  for await (const { event } of stores.events.read(GOLDEN_RUN_ID)) {
    if (event.type === 'state_failed' && endedFromOutside(event)) {
      ended.add(`${event.stateId}#${event.attempt}`)
    }
    if (event.type === 'fact_recorded' && 'v' in event.meta) {
      attemptOf.set(event.key, `${event.meta.stateId}#${event.meta.attempt}`)
    }
  }
  return keys.filter((key) => !ended.has(attemptOf.get(key) ?? '')).map(unusedFact)
}

export function unusedFact(key: FactKey): GoldenDifference {
  return { kind: 'unused', message: `nothing asked for the fact ${key}`, pointers: [] }
}
