import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Benchmark, Setting } from '../benchmark.ts'
import { expectEqual } from '../harness/check.ts'
import { nodeFlags, runNode } from '../harness/child.ts'
import type { Findings, Goal } from '../harness/findings.ts'
import { goalOf } from '../harness/findings.ts'
import type { Side } from '../harness/interleave.ts'
import { interleave } from '../harness/interleave.ts'
import { times, written, writtenSpread } from '../harness/numbers.ts'
import type { Series } from '../harness/series.ts'
import { copyDatabase, removeDatabase } from '../workloads/database-file.ts'
import type { InterruptedRun } from '../workloads/interrupted-run.ts'
import { interruptRun, planningSide, resumeSide } from '../workloads/interrupted-run.ts'

const SIZES = ['small', 'middle', 'large'] as const
type Size = (typeof SIZES)[number]
type What = 'plan' | 'closed' | 'crashed' | 'process'
type Measured = Record<`${What}-${Size}`, Series>
type Runs = Readonly<Record<Size, InterruptedRun>>

export const resume: Benchmark = {
  name: 'resume',
  title: 'Resuming after N − 1 of N states',
  run: async (setting) => {
    const { isQuick, folder } = setting
    const runs = {
      small: await interruptRun(folder, isQuick ? 3 : 100),
      middle: await interruptRun(folder, isQuick ? 5 : 1000),
      large: await interruptRun(folder, isQuick ? 9 : 5000),
    }
    return findings(runs, await measure(setting, runs))
  },
}

/** A pass takes milliseconds: many more of them are needed until its code is warm, and to tell it from its noise. */
const MORE = 4

async function measure(setting: Setting, runs: Runs): Promise<Measured> {
  const { folder, rounds } = setting
  const sides = SIZES.flatMap((size): readonly (readonly [keyof Measured, Side])[] => {
    const run = runs[size]
    return [
      [`plan-${size}`, planningSide(run.states)],
      [`closed-${size}`, resumeSide(folder, run, run.closed)],
      [`crashed-${size}`, resumeSide(folder, run, run.crashed)],
      [`process-${size}`, processSide(setting, run)],
    ]
  })
  const record = Object.fromEntries(sides) as Record<keyof Measured, Side> // every name has its side
  const { count, warmUps } = rounds
  return await interleave(record, { count: count * MORE, warmUps: warmUps * MORE })
}

/** The same resume in a process of its own, from its start to its end. */
function processSide(
  { isQuick, folder }: Setting,
  { runId, states, closed }: InterruptedRun,
): Side {
  const program = fileURLToPath(new URL('../workloads/resume-run.child.ts', import.meta.url))
  const path = join(folder, 'resumed-by-child.db')
  return {
    units: 1,
    pass: async () => {
      copyDatabase(closed, path)
      try {
        const args = [...nodeFlags(isQuick), program, path, runId, String(states)]
        const { millis, stdout } = await runNode(args)
        expectEqual('word of the child', stdout.trim(), 'completed')
        return { millis, cpuMillis: Number.NaN }
      } finally {
        removeDatabase(path)
      }
    },
  }
}

function findings(runs: Runs, measured: Measured): Findings {
  const { small, large } = runs
  const row = (name: string, what: What): readonly string[] => [
    name,
    ...SIZES.map((size) => writtenSpread(measured[`${what}-${size}`].millis)),
    writtenSpread(measured[`${what}-large`].timeRatio(measured[`${what}-small`])),
  ]
  const goal = (name: string, what: What): Goal =>
    goalOf({
      figure: `resume of ${written(large.states)} states${name}, of that of ${small.states}`,
      measured: measured[`${what}-large`].timeRatio(measured[`${what}-small`]),
      atMost: 3,
      write: times,
    })
  return {
    goals: [goal('', 'closed'), goal(' after a crash', 'crashed')],
    tables: [
      {
        title: 'Milliseconds to the end of the run',
        columns: [
          'what',
          ...SIZES.map((size) => `N = ${written(runs[size].states)}`),
          'largest of smallest',
        ],
        rows: [
          row('**open, plan, resume, close**', 'closed'),
          row('the same after a crash', 'crashed'),
          row('of this: planning the op', 'plan'),
          row('whole process, start to end', 'process'),
        ],
      },
    ],
    notes: [
      'Every state has one recorded call and writes one small value of its own into the context. Each pass resumes a fresh copy of the file, which is on the disk and in the cache of the file system. After a crash means: with the write-ahead log and the look-up tables as they were when the process was stopped.',
      'Afterwards the run is completed, the last call alone was made, and the stream of the reopened file has every fact once.',
    ],
  }
}
