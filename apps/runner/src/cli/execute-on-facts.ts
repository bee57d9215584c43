import type { JsonValue } from '@mfm/core-types'
import type { Op, ReplayWorkflowOptions, WorkflowReplay } from '@mfm/workflow'
import type { ReplayDocument } from '../output-schemas/replay-document.ts'
import { findRun } from '../runs/find-run.ts'
import type { FoundIn } from '../runs/next-command.ts'
import { tellDifference } from '../runs/next-command.ts'
import { codeOfRun } from '../workflows/code-of-run.ts'
import { ambientOptions } from './ambient.ts'
import type { Cli } from './cli.ts'
import type { ReplayFlags } from './flags.ts'
import { readSettings, withStores } from './settings.ts'

export interface FactsRequest {
  /** The run, as the user named it. */
  readonly given: string
  readonly command: FoundIn['command']
  readonly execute: (op: Op, options: ReplayWorkflowOptions) => Promise<WorkflowReplay<unknown>>
}

/** Executes today's code of a run on its facts. No transport is made: there is nothing that could reach a network. */
export async function executeOnFacts(
  cli: Cli,
  flags: ReplayFlags,
  { given, command, execute }: FactsRequest,
): Promise<ReplayDocument> {
  const settings = await readSettings(cli, flags)
  const request = { project: settings.project, cwd: cli.cwd, workflow: flags.workflow }
  const report = await withStores(cli, settings, 'read', async (stores) => {
    const runId = await findRun(stores, given)
    const { op } = await codeOfRun(stores, runId, request)
    const { divergence } = flags
    const sourceRoot = settings.project.root
    const ambient = ambientOptions(cli, flags, 'refuse')
    const { signal } = cli.stop
    return await execute(op, { stores, runId, divergence, sourceRoot, signal, ambient })
  })
  const { context: _, output, failure, ...rest } = report
  const { runId, differences, allowed } = report
  const { workflow } = flags
  const { storeOptions } = settings
  const found = settings.isKept ? { command, runId, workflow, storeOptions } : undefined
  return {
    ...rest,
    differences: differences.map((difference) => tellDifference(difference, found)),
    allowed: allowed.map((difference) => tellDifference(difference, found)),
    // It was read back from what the replay would have stored, which is JSON.
    output: (output ?? null) as JsonValue,
    failure: failure ?? null,
  }
}
