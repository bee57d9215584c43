import type { RunId, Stores } from '@mfm/core-types'
import { loadManifest, readStart } from '@mfm/engine'
import { MfmError } from '@mfm/errors'
import { findWorkflow } from './find-workflow.ts'
import type { LoadedWorkflow } from './load-workflow.ts'
import { loadWorkflow } from './load-workflow.ts'
import type { Project } from './project.ts'

export interface CodeRequest {
  readonly project: Project
  readonly cwd: string
  /** `--workflow`: goes before what the run remembers. */
  readonly workflow: string | undefined
}

/**
 * The code that a recorded run belongs to.
 *
 * @throws MfmError `run_not_started`, `workflow_not_found`, `workflow_invalid`
 */
export async function codeOfRun(
  stores: Stores,
  runId: RunId,
  { project, cwd, workflow }: CodeRequest,
): Promise<LoadedWorkflow> {
  const { manifestId } = await readStart(stores, runId)
  if (workflow !== undefined) return await loadWorkflow(findWorkflow(project, cwd, workflow))
  const { provenance } = await loadManifest(stores.artifacts, manifestId)
  if (provenance.workflow === null) {
    throw new MfmError('workflow_not_found', {
      message: `the run ${runId} does not say which workflow it is`,
      details: { runId },
      help: 'Name the workflow with --workflow.',
    })
  }
  return await loadWorkflow(recordedPlace(project, runId, provenance.workflow))
}

function recordedPlace(
  project: Project,
  runId: RunId,
  recorded: string,
): ReturnType<typeof findWorkflow> {
  try {
    return findWorkflow(project, project.root, recorded)
  } catch (cause) {
    throw new MfmError('workflow_not_found', {
      message: `the run ${runId} was started with ${JSON.stringify(recorded)}, which is not in ${project.root}`,
      details: { runId, workflow: recorded, root: project.root },
      help: 'Go to the project where the run was started, or name the workflow with --workflow.',
      cause,
    })
  }
}
