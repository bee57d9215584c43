import { describeFinding, wayOut } from '@mfm/ambient'
import type { EventEnvelope, JsonValue, Transport } from '@mfm/core-types'
import type { Difference, DifferenceKind } from '@mfm/engine'
import { resolverOf } from '@mfm/secrets'
import { openMemoryStores } from '@mfm/store-memory'
import type { AmbientFinding, Op } from '@mfm/workflow'
import { runWorkflow, verifyWorkflow } from '@mfm/workflow'
import type { Environment } from '../cli/cli.ts'
import type { DeterminismDocument } from '../output-schemas/determinism-document.ts'
import { tellDifference } from '../runs/next-command.ts'

export interface DeterminismRequest {
  readonly op: Op
  readonly input: JsonValue | undefined
  readonly transport: Transport
  readonly env: Environment
  readonly sourceRoot: string
  readonly signal: AbortSignal
  readonly onEvent: (envelope: EventEnvelope) => void
}

/** A choice that code makes by chance comes out the same now and then. */
const REPLAYS = 5

/**
 * Runs a workflow once, live and in memory, and replays the recording a few times. A workflow that takes all outside
 * input from `io` comes out the same each time, also where it failed.
 */
export async function examineDeterminism(
  request: DeterminismRequest,
): Promise<DeterminismDocument> {
  const { op, input, transport, env, signal, onEvent } = request
  const stores = openMemoryStores()
  const found: AmbientFinding[] = []
  const onFinding = (finding: AmbientFinding): number => found.push(finding)
  // Refused, the first one would hide what comes of it, and the others.
  const ambient = { mode: 'warn', onFinding } as const
  try {
    const { runId } = await runWorkflow(op, {
      stores,
      input,
      transport,
      signal,
      onEvent,
      resolveSecret: resolverOf({}, env),
    })
    for (let replays = 1; ; replays += 1) {
      signal.throwIfAborted()
      const report = await verifyWorkflow(op, {
        stores,
        runId,
        signal,
        ambient,
        divergence: 'strict',
        sourceRoot: request.sourceRoot,
      })
      const [first] = report.differences
      if (first === undefined && replays < REPLAYS) continue
      const { context: _, output, failure, ...rest } = report
      return {
        ...rest,
        differences: rest.differences.map((difference) => tellDifference(difference, undefined)),
        allowed: [],
        // It was read back from what the replay would have stored, which is JSON.
        output: (output ?? null) as JsonValue,
        failure: failure ?? null,
        replays,
        ambient: distinct(found),
        advice: adviceOn(first, found),
      }
    }
  } finally {
    await stores.close()
  }
}

/** Each replay finds the same places. */
function distinct(findings: readonly AmbientFinding[]): readonly AmbientFinding[] {
  return [...new Map(findings.map((finding) => [describeFinding(finding), finding])).values()]
}

function adviceOn(
  difference: Difference | undefined,
  findings: readonly AmbientFinding[],
): string | null {
  const cause = findings.find(({ stateId }) => stateId === difference?.stateId) ?? findings[0]
  if (cause !== undefined) return wayOut(cause)
  return difference === undefined ? null : ADVICE[difference.kind]
}

const REQUEST =
  'The request is made of something that no fact holds: a clock, a random number, the environment, a file, a module variable. Take it from io (io.now, io.random, io.uuid, io.record), or from the context.'

const CALLS =
  'Which calls the state makes depends on something that no fact holds, or on a module variable that the first run changed. Decide on values from io or from the context alone.'

/** A call that differs is told by the provider; what came out otherwise was made of what never passed through it. */
const ADVICE: Readonly<Record<DifferenceKind, string>> = {
  missing: REQUEST,
  diverged: REQUEST,
  exhausted: CALLS,
  unused: CALLS,
  order_changed: CALLS,
  ambient: REQUEST,
  refused:
    'The call asks not to be recorded (factKey null), so no replay can answer it. Leave the key out.',
  plan_changed:
    'The workflow plans something else each time it is asked. Build states and edges from constants.',
  input_changed:
    'The schema of the input gives another value each time, as a default that asks the clock does. Make such values in a state, with io.',
  output_changed: 'The workflow names another output each time it is asked. Name it by a constant.',
  context_changed:
    'The state wrote a value that is made of something that no fact holds: Date.now, Math.random, crypto.randomUUID, process.env, a file, the order in which things settle. Take it from io (io.now, io.random, io.uuid, io.record).',
  outcome_changed:
    'Whether the state completes depends on something that no fact holds. Look at what it reads besides io and the context.',
  event_changed:
    'The state emitted an event that is made of something that no fact holds. Take it from io, or from the context.',
}
