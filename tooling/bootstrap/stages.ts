// Runs the stages of a check one after the other and says how long each took.
import { spawnSync } from 'node:child_process'

export interface Stage {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** What a person types to repeat this stage alone. */
  readonly repeat: string
}

export type StageResult = { readonly ok: true } | { readonly ok: false; readonly exitCode: number }

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`

/** Quiet stages show their output only when they fail; a loud one writes as it goes. */
export const runStage = (stage: Stage, output: 'quiet' | 'loud'): StageResult => {
  const started = performance.now()
  const child = spawnSync(stage.command, stage.args, {
    stdio: output === 'loud' ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (child.error !== undefined) throw child.error
  if (child.status === 0) {
    console.log(`ok    ${stage.name.padEnd(12)} ${seconds(started)}`)
    return { ok: true }
  }
  if (output === 'quiet') process.stdout.write(`${child.stdout}${child.stderr}\n`)
  console.log(`FAIL  ${stage.name.padEnd(12)} ${seconds(started)}    repeat alone: ${stage.repeat}`)
  return { ok: false, exitCode: child.status ?? 1 }
}
