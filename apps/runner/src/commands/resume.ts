import { resumeWorkflow } from '@mfm/workflow'
import type { Cli } from '../cli/cli.ts'
import type { CodeFlags } from '../cli/flags.ts'
import { followRun } from '../cli/follow-run.ts'
import { readSettings, withStores } from '../cli/settings.ts'
import type { ExitCode } from '../process/exit-codes.ts'
import { findRun } from '../runs/find-run.ts'
import { codeOfRun } from '../workflows/code-of-run.ts'

export async function resume(cli: Cli, flags: CodeFlags, given: string): Promise<ExitCode> {
  const settings = await readSettings(cli, flags)
  const request = { project: settings.project, cwd: cli.cwd, workflow: flags.workflow }
  return await withStores(cli, settings, 'write', async (stores) => {
    const runId = await findRun(stores, given)
    const workflow = await codeOfRun(stores, runId, request)
    return await followRun(cli, settings, {
      stores,
      runId,
      workflow,
      flags,
      live: async (options) => await resumeWorkflow(workflow.op, options),
    })
  })
}
