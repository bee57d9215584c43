import type { Cli } from '../cli/cli.ts'

/**
 * Warnings of the runtime go to standard error as one line each, without the invitation to `--trace-warnings`. That
 * a part of Node is experimental, or a folder lacks a package type, is no concern of somebody who runs a workflow.
 */
export function hideNoise(process: NodeJS.Process, cli: Cli): void {
  process.removeAllListeners('warning')
  process.on('warning', (warning) => {
    const isNoise =
      warning.name === 'ExperimentalWarning' || codeOf(warning) === 'MODULE_TYPELESS_PACKAGE_JSON'
    if (isNoise && !cli.verbose) return
    cli.stderr.line(`warning: ${warning.message}`)
  })
}

function codeOf(warning: Error): unknown {
  return 'code' in warning ? warning.code : undefined
}
