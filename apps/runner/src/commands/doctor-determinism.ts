import type { Cli } from '../cli/cli.ts'
import { emit } from '../cli/emit.ts'
import type { DoctorFlags } from '../cli/flags.ts'
import { readInput } from '../cli/read-input.ts'
import { examineDeterminism } from '../doctor/determinism.ts'
import type { ExitCode } from '../process/exit-codes.ts'
import { EXIT } from '../process/exit-codes.ts'
import { Progress } from '../process/progress.ts'
import { renderDeterminism } from '../render/determinism.ts'
import { findWorkflow } from '../workflows/find-workflow.ts'
import { liveTransport } from '../workflows/live-transport.ts'
import { loadWorkflow } from '../workflows/load-workflow.ts'
import { findProject } from '../workflows/project.ts'

export async function doctorDeterminism(
  cli: Cli,
  flags: DoctorFlags,
  given: string,
): Promise<ExitCode> {
  const input = await readInput(cli, flags)
  const project = await findProject(cli.cwd)
  const workflow = await loadWorkflow(findWorkflow(project, cli.cwd, given))
  const progress = new Progress(cli, workflow.op.plan.states.length)
  try {
    const document = await examineDeterminism({
      op: workflow.op,
      input,
      transport: liveTransport(cli.env, project, workflow),
      env: cli.env,
      sourceRoot: project.root,
      signal: cli.stop.signal,
      onEvent: (envelope) => progress.onEvent(envelope),
    })
    progress.end()
    await emit(cli, document, renderDeterminism)
    const isDeterministic = document.verdict === 'identical' && document.ambient.length === 0
    return isDeterministic ? EXIT.done : EXIT.failed
  } catch (error) {
    progress.end()
    throw error
  }
}
