import { existsSync, statSync } from 'node:fs'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { MfmError } from '@mfm/errors'
import type { Project } from './project.ts'

export interface WorkflowPlace {
  /** Absolute. */
  readonly file: string
  /** What a run remembers: the name, or the path from the project's root with forward slashes. */
  readonly recorded: string
}

/**
 * Finds a workflow by name or by file.
 *
 * @param base the folder that a path is relative to: the working folder for what a person typed, the project's root
 * for what a run recorded
 * @throws MfmError `workflow_not_found` with the known names
 */
export function findWorkflow(project: Project, base: string, given: string): WorkflowPlace {
  const names = project.config.workflows ?? {}
  const named = Object.hasOwn(names, given) ? names[given] : undefined
  const file = named === undefined ? resolve(base, given) : resolve(project.root, named)
  const looksLikeFile = named !== undefined || /[./\\]/.test(given) || isAbsolute(given)
  if (looksLikeFile && isFile(file)) {
    return { file, recorded: named === undefined ? fromRoot(project, file) : given }
  }
  throw notFound(given, looksLikeFile ? file : undefined, Object.keys(names))
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile()
}

function fromRoot({ root }: Project, file: string): string {
  return relative(root, file).replaceAll(sep, '/')
}

function notFound(given: string, file: string | undefined, names: readonly string[]): MfmError {
  const message =
    file === undefined
      ? `no workflow is named ${JSON.stringify(given)}`
      : `there is no workflow file ${file}`
  return new MfmError('workflow_not_found', {
    message,
    details: { given, ...(file === undefined ? {} : { file }), names: [...names] },
    help:
      names.length === 0
        ? 'Give the path of a .ts or .js file, or add names to mfm.config.json.'
        : `Give the path of a .ts or .js file, or one of the names: ${names.join(', ')}.`,
  })
}
