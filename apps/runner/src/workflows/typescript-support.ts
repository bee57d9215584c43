import { extname } from 'node:path'
import { MfmError } from '@mfm/errors'

const TYPESCRIPT: ReadonlySet<string> = new Set(['.ts', '.mts', '.cts'])

/** The parts of `process` that tell what Node can run. */
export interface Runtime {
  readonly versions: { readonly node: string }
  /** `typescript` is absent before Node 22.10, and false where type stripping is switched off. */
  readonly features: { readonly typescript?: unknown }
}

/** @throws MfmError `workflow_invalid` for a TypeScript file on a Node that does not strip types */
export function assertRunnable(file: string, { features, versions }: Runtime): void {
  if (!TYPESCRIPT.has(extname(file)) || features.typescript) return
  throw new MfmError('workflow_invalid', {
    message: `Node ${versions.node} does not run TypeScript, and ${file} is TypeScript`,
    details: { file, node: versions.node },
    help: 'Use Node 22.18 or newer; with 22.13 set NODE_OPTIONS=--experimental-strip-types; or compile the file to .js.',
  })
}
