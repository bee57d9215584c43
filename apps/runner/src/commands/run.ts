import { randomUUID } from 'node:crypto'
import { parseId } from '@mfm/errors'
import { initialContext, runWorkflow } from '@mfm/workflow'
import type { Cli } from '../cli/cli.ts'
import type { RunFlags } from '../cli/flags.ts'
import { followRun } from '../cli/follow-run.ts'
import { readInput } from '../cli/read-input.ts'
import { readSettings, withStores } from '../cli/settings.ts'
import type { ExitCode } from '../process/exit-codes.ts'
import { findWorkflow } from '../workflows/find-workflow.ts'
import { loadWorkflow } from '../workflows/load-workflow.ts'
import { provenanceOf } from '../workflows/provenance.ts'

export async function run(cli: Cli, flags: RunFlags, given: string): Promise<ExitCode> {
  const runId = parseId('run_id', flags['run-id'] ?? randomUUID())
  const input = await readInput(cli, flags)
  const settings = await readSettings(cli, flags)
  const { project } = settings
  const place = findWorkflow(project, cli.cwd, given)
  const workflow = await loadWorkflow(place)
  const { op } = workflow
  // Refuses a wrong input before a store is made for it.
  initialContext(op, input)
  const provenance = await provenanceOf(project, place)
  return await withStores(cli, settings, 'create', async (stores) =>
    followRun(cli, settings, {
      stores,
      runId,
      workflow,
      flags,
      live: async (options) => await runWorkflow(op, { ...options, input, provenance }),
    }),
  )
}
