import type { DivergencePolicy, RunId, RunPhase, RunSummary, Stores } from '@mfm/core-types'
import type { AmbientOptions } from '@mfm/engine'
import { loadManifest, readStart } from '@mfm/engine'
import { hasCode, isMfmError } from '@mfm/errors'
import type { Op } from '@mfm/workflow'
import { verifyWorkflow } from '@mfm/workflow'
import type { VerifyAllRow } from '../output-schemas/verify-all-document.ts'
import type { CodeRequest } from '../workflows/code-of-run.ts'
import { codeOfRun } from '../workflows/code-of-run.ts'
import { tellDifference } from './next-command.ts'

const PAGE = 100

/** Without an end: nothing can be compared. */
const UNFINISHED: ReadonlySet<RunPhase> = new Set(['recording', 'running'])

export interface VerifyAllRequest extends CodeRequest {
  /** Only runs of this op are looked at. */
  readonly op: Op | undefined
  readonly divergence: DivergencePolicy | undefined
  /** Repeated in the commands that are proposed. */
  readonly storeOptions: string
  readonly signal: AbortSignal
  readonly ambient: AmbientOptions
  readonly onUnfinished: () => void
}

/** Holds every finished run against the code of today, the latest first, one after the other. */
export async function* verifyAll(
  stores: Stores,
  request: VerifyAllRequest,
): AsyncGenerator<VerifyAllRow> {
  for await (const { runId, phase } of allRuns(stores, request)) {
    if (UNFINISHED.has(phase)) request.onUnfinished()
    else yield await verifyOne(stores, runId, request)
  }
}

async function* allRuns(
  { events }: Stores,
  { op, signal }: VerifyAllRequest,
): AsyncGenerator<RunSummary> {
  const opId = op?.plan.opId
  let cursor: string | undefined
  do {
    const page = await events.listRuns({ limit: PAGE, cursor, opId }, { signal })
    yield* page.items
    cursor = page.next
  } while (cursor !== undefined)
}

async function verifyOne(
  stores: Stores,
  runId: RunId,
  request: VerifyAllRequest,
): Promise<VerifyAllRow> {
  const row = { runId, difference: null, error: null }
  let workflow: string | null = null
  try {
    const { manifestId } = await readStart(stores, runId)
    workflow = (await loadManifest(stores.artifacts, manifestId)).provenance.workflow
    const { op } = await codeOfRun(stores, runId, request)
    const { signal, ambient, divergence, project, storeOptions } = request
    const { verdict, differences, allowed } = await verifyWorkflow(op, {
      stores,
      runId,
      signal,
      ambient,
      divergence,
      sourceRoot: project.root,
    })
    const [first = allowed[0]] = differences
    const found = { command: 'verify', runId, storeOptions, workflow: request.workflow } as const
    const difference = first === undefined ? null : tellDifference(first, found)
    return { ...row, workflow, verdict, difference }
  } catch (error) {
    request.signal.throwIfAborted()
    if (!isMfmError(error) || MACHINE.has(error.kind)) throw error
    const { code, message } = error
    const isUnknown = hasCode(error, 'workflow_not_found', 'workflow_invalid')
    return {
      ...row,
      workflow,
      verdict: isUnknown ? 'unknown_workflow' : 'refused',
      error: { code, message },
    }
  }
}

/** Kinds of errors that say nothing of the run: the command ends with them. */
const MACHINE: ReadonlySet<string> = new Set(['unavailable', 'timeout', 'cancelled', 'closed'])
