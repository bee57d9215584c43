import type { Benchmark } from '../benchmark.ts'
import { goalOf } from '../harness/findings.ts'
import { written } from '../harness/numbers.ts'
import { spreadOf } from '../harness/stats.ts'
import { carriedBytes } from '../workloads/carried-value.ts'

const STEPS = 10

export const storedBytes: Benchmark = {
  name: 'stored-bytes',
  title: 'Stored bytes',
  run: async ({ isQuick, folder }) => {
    const bytes = isQuick ? 20_000 : 1_000_000
    const stored = await carriedBytes(folder, { bytes, steps: STEPS })
    const megabytes = (value: number): string => `${value.toFixed(3)} MB`
    return {
      goals: [
        goalOf({
          figure: `store of a run that carries a value of ${megabytes(bytes / 1e6)} through ${STEPS} states`,
          measured: spreadOf([stored / 1e6]),
          atMost: isQuick ? 1 : 1.05,
          write: megabytes,
        }),
      ],
      tables: [
        {
          title: `One value through ${STEPS} states`,
          columns: ['what', 'bytes'],
          rows: [
            ['the value', written(bytes)],
            ['files of the store, closed', String(stored)],
          ],
        },
      ],
      notes: [
        'A recorded call brings the value; each state reads it from the context and writes it under a key of its own. The output of the run is the value.',
      ],
    }
  },
}
