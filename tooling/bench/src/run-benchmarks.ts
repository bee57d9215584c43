import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Benchmark } from './benchmark.ts'
import type { Findings } from './harness/findings.ts'
import type { Rounds } from './harness/interleave.ts'
import type { Load } from './harness/machine.ts'
import { watchLoad } from './harness/machine.ts'
import type { WorkFolder } from './harness/work-folder.ts'

const FULL: Rounds = { count: 7, warmUps: 2 }
const QUICK: Rounds = { count: 1, warmUps: 0 }

/** A benchmark with what it found, and what the machine did meanwhile. */
export interface Outcome {
  readonly benchmark: Benchmark
  readonly findings: Findings
  readonly load: Load
}

export interface RunOptions {
  readonly isQuick: boolean
  readonly work: Pick<WorkFolder, 'path' | 'scratch'>
  /** Told of each benchmark before it runs. */
  readonly onStart: (benchmark: Benchmark) => void
}

/** @throws CheckFailed where a benchmark did not do what it measures */
export async function runBenchmarks(
  benchmarks: readonly Benchmark[],
  { isQuick, work, onStart }: RunOptions,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (const benchmark of benchmarks) {
    onStart(benchmark)
    const own = join(work.path, benchmark.name)
    mkdirSync(own)
    const load = watchLoad()
    const findings = await benchmark.run({
      isQuick,
      rounds: isQuick ? QUICK : FULL,
      folder: own,
      scratch: work.scratch,
    })
    outcomes.push({ benchmark, findings, load: load() })
  }
  return outcomes
}
