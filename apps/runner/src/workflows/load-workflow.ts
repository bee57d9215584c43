import { execFile } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { decode, isMfmError, MfmError } from '@mfm/errors'
import type { EndpointAddress } from '@mfm/transport-http'
import type { Op } from '@mfm/workflow'
import { isOp } from '@mfm/workflow'
import { z } from 'zod'
import type { WorkflowPlace } from './find-workflow.ts'
import { assertRunnable } from './typescript-support.ts'

export interface LoadedWorkflow {
  readonly place: WorkflowPlace
  readonly op: Op
  /** The file's named export `endpoints`; functions are called in live mode only. */
  readonly endpoints: Readonly<Record<string, EndpointAddress>>
}

const endpointsSchema: z.ZodType<Readonly<Record<string, EndpointAddress>>> = z.record(
  z.string().min(1),
  z.custom<EndpointAddress>((value) => typeof value === 'string' || typeof value === 'function', {
    error: 'expected an address or a function that gives one',
  }),
)

/**
 * Loads the code of a workflow.
 *
 * @throws MfmError `workflow_invalid`; `invalid_plan` and the other refusals of `defineOp` as they are
 */
export async function loadWorkflow(place: WorkflowPlace): Promise<LoadedWorkflow> {
  assertRunnable(place.file, process)
  const exported = await importFile(place.file)
  const op = exported['default']
  if (!isOp(op)) throw notAnOp(place.file, exported)
  const endpoints = decode(endpointsSchema, exported['endpoints'] ?? {}, 'workflow_invalid', {
    what: `the export 'endpoints' of ${place.file}`,
    details: { file: place.file },
  })
  return { place, op, endpoints }
}

async function importFile(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(pathToFileURL(file).href)
  } catch (cause) {
    if (isMfmError(cause)) throw cause
    const place = await placeOf(cause, file)
    const text = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
    throw new MfmError('workflow_invalid', {
      message: `cannot load ${place}: ${text}`,
      details: { file },
      help: 'Mend the file; --verbose shows the stack.',
      cause,
    })
  }
}

/** `file:line` of what went wrong, as near as it can be told. */
async function placeOf(error: unknown, file: string): Promise<string> {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  // Node writes the place of a syntax error on the first line, or else the first frame outside Node has it.
  const heading = /^(?:file:\/\/)?(\/\S*|[A-Za-z]:\S*):(\d+)\n/.exec(stack)
  const frame = /\(?file:\/\/(\S+?):(\d+):\d+\)?$/m.exec(stack)
  const found = heading ?? (error instanceof SyntaxError ? null : frame)
  if (found?.[1] !== undefined) return `${found[1]}:${found[2]}`
  return error instanceof SyntaxError ? await checkSyntax(file) : file
}

/** V8 keeps the line of a syntax error in plain JavaScript to itself; Node's own check tells it. */
async function checkSyntax(file: string): Promise<string> {
  try {
    await promisify(execFile)(process.execPath, ['--check', file])
    return `a module that ${file} imports`
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : ''
    const line = /^.*:(\d+)$/m.exec(stderr)?.[1]
    return line === undefined ? file : `${file}:${line}`
  }
}

function notAnOp(file: string, exported: Readonly<Record<string, unknown>>): MfmError {
  const found = exported['default'] === undefined ? 'nothing' : `a ${typeof exported['default']}`
  const named = Object.keys(exported).filter((name) => isOp(exported[name]))
  const [first] = named
  return new MfmError('workflow_invalid', {
    message: `${file} exports ${found} as default, not a workflow`,
    details: { file, ...(first === undefined ? {} : { named }) },
    help:
      first === undefined
        ? "Write 'export default defineOp({ … })'; defineOp is in @mfm/workflow."
        : `'${first}' is a workflow: write 'export default ${first}'.`,
  })
}
