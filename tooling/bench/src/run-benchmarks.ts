import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Benchmark } from './benchmark.ts'
import type { Findings } from './harness/findings.ts'
import type { Rounds } from './harness/interleave.ts'
import type { Load } from './harness/machine.ts'
import { watchLoad } from './harness/machine.ts'

const FULL: Rounds = { count: 7, warmUps: 1 }
const QUICK: Rounds = { count: 1, warmUps: 0 }

/** A benchmark with what it found, and what the machine did meanwhile. */
export interface Outcome {
  readonly benchmark: Benchmark
  readonly findings: Findings
  readonly load: Load
}

export interface RunOptions {
  readonly isQuick: boolean
  /** An empty folder on a disk. */
  readonly folder: string
  /** Told of each benchmark before it runs. */
  readonly onStart: (benchmark: Benchmark) => void
}

/** @throws CheckFailed where a benchmark did not do what it measures */
export async function runBenchmarks(
  benchmarks: readonly Benchmark[],
  { isQuick, folder, onStart }: RunOptions,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (const benchmark of benchmarks) {
    onStart(benchmark)
    const own = join(folder, benchmark.name)
    mkdirSync(own)
    const load = watchLoad()
    const findings = await benchmark.run({
      isQuick,
      rounds: isQuick ? QUICK : FULL,
      folder: own,
    })
    outcomes.push({ benchmark, findings, load: load() })
  }
  return outcomes
}
