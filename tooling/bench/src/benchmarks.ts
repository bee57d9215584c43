import type { Benchmark } from './benchmark.ts'
import { canonicalJson } from './benchmarks/canonical-json.ts'
import { postgresAppends } from './benchmarks/postgres-appends.ts'
import { record } from './benchmarks/record.ts'
import { redisBindings } from './benchmarks/redis-bindings.ts'
import { replay } from './benchmarks/replay.ts'
import { resume } from './benchmarks/resume.ts'
import { s3Artifacts } from './benchmarks/s3-artifacts.ts'
import { startUp } from './benchmarks/start-up.ts'
import { storedBytes } from './benchmarks/stored-bytes.ts'

/** In the order of the results. */
export const BENCHMARKS: readonly Benchmark[] = [
  record,
  replay,
  resume,
  canonicalJson,
  storedBytes,
  s3Artifacts,
  redisBindings,
  postgresAppends,
  startUp,
]

/** @throws RangeError for a name that is none */
export function benchmarksNamed(only: string | undefined): readonly Benchmark[] {
  if (only === undefined) return BENCHMARKS
  const found = BENCHMARKS.filter(({ name }) => name === only)
  if (found.length > 0) return found
  const names = BENCHMARKS.map(({ name }) => name).join(', ')
  throw new RangeError(`there is no benchmark ${only}; there are ${names}`)
}
