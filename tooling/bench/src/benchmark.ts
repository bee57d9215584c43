import type { Findings } from './harness/findings.ts'
import type { Rounds } from './harness/interleave.ts'

export interface Setting {
  /** Tiny sizes: shows that a benchmark works and checks itself; its figures mean nothing. */
  readonly isQuick: boolean
  readonly rounds: Rounds
  /** An empty folder on a disk: here is measured. */
  readonly folder: string
  /** A folder in memory where there is one: for what only has to be made. */
  readonly scratch: string
}

export interface Benchmark {
  /** For `--only`. */
  readonly name: string
  readonly title: string
  /** @throws CheckFailed where what came out is not what was asked for */
  readonly run: (setting: Setting) => Promise<Findings>
}
