import type { AmbientOptions } from '@mfm/engine'
import type { AmbientFinding } from '@mfm/workflow'
import { renderFinding } from '../render/ambient.ts'
import type { Cli } from './cli.ts'
import type { AmbientFlags } from './flags.ts'

/**
 * What is done where a state takes outside input past its `io`. A warning is a line on standard error; what is refused
 * is told by the command itself.
 */
export function ambientOptions(
  { stderr }: Cli,
  { ambient: mode }: AmbientFlags,
  byDefault: 'warn' | 'refuse',
  note: (line: string) => void = (line) => stderr.line(line),
): AmbientOptions {
  const warn = (finding: AmbientFinding): void => {
    for (const line of renderFinding(finding, stderr.paint)) note(line)
  }
  const chosen = mode ?? byDefault
  return { mode: chosen, ...(chosen === 'warn' && { onFinding: warn }) }
}
