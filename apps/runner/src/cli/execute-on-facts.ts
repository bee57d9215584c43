import type { JsonValue } from '@mfm/core-types'
import type { ExistingRunOptions, Op, WorkflowReplay } from '@mfm/workflow'
import type { ReplayDocument } from '../output-schemas/replay-document.ts'
import { findRun } from '../runs/find-run.ts'
import { codeOfRun } from '../workflows/code-of-run.ts'
import { ambientOptions } from './ambient.ts'
import type { Cli } from './cli.ts'
import type { CodeFlags } from './flags.ts'
import { readSettings, withStores } from './settings.ts'

export interface FactsRequest {
  /** The run, as the user named it. */
  readonly given: string
  readonly execute: (op: Op, options: ExistingRunOptions) => Promise<WorkflowReplay<unknown>>
}

/** Executes today's code of a run on its facts. No transport is made: there is nothing that could reach a network. */
export async function executeOnFacts(
  cli: Cli,
  flags: CodeFlags,
  { given, execute }: FactsRequest,
): Promise<ReplayDocument> {
  const settings = await readSettings(cli, flags)
  const request = { project: settings.project, cwd: cli.cwd, workflow: flags.workflow }
  const report = await withStores(cli, settings, 'read', async (stores) => {
    const runId = await findRun(stores, given)
    const { op } = await codeOfRun(stores, runId, request)
    const ambient = ambientOptions(cli, flags, 'refuse')
    return await execute(op, { stores, runId, signal: cli.stop.signal, ambient })
  })
  const { context: _, output, failure, ...rest } = report
  return {
    ...rest,
    // It was read back from what the replay would have stored, which is JSON.
    output: (output ?? null) as JsonValue,
    failure: failure ?? null,
  }
}
