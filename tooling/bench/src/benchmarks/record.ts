import type { Benchmark, Setting } from '../benchmark.ts'
import type { Findings } from '../harness/findings.ts'
import { goalOf } from '../harness/findings.ts'
import { millis, times, writtenSpread } from '../harness/numbers.ts'
import type { Series } from '../harness/series.ts'
import { interleaveProcesses } from '../harness/side-process.ts'
import type { RecordingSide } from '../workloads/recording-sides.ts'
import { RECORDING_SIDES, RUNS_AT_ONCE } from '../workloads/recording-sides.ts'

export const record: Benchmark = {
  name: 'record',
  title: 'Recording facts',
  run: async (setting) => findings(await measure(setting)),
}

type Measured = Readonly<Record<RecordingSide, Series>>

/** One run alone records 3,000 facts a pass: its code is as fast as it gets after some 40,000. */
const MORE_WARM_UPS = 4

async function measure({ isQuick, rounds, folder }: Setting): Promise<Measured> {
  return await interleaveProcesses(
    {
      program: new URL('../workloads/recording-side.child.ts', import.meta.url),
      names: RECORDING_SIDES,
      args: [folder, isQuick ? 'quick' : 'full'],
      isQuick,
    },
    { count: rounds.count, warmUps: rounds.warmUps * MORE_WARM_UPS },
  )
}

function findings(measured: Measured): Findings {
  const { floor, engine, engine16 } = measured
  const row = (name: string, series: Series, alone?: Series): readonly string[] => [
    name,
    writtenSpread(series.rate),
    writtenSpread(series.rateRatio(floor)),
    alone === undefined ? '' : writtenSpread(series.rateRatio(alone)),
    writtenSpread(series.cpuMillisPerUnit),
  ]
  return {
    goals: [
      goalOf({
        figure: 'one run, strict: facts/s, of the bare commit rate',
        measured: engine.rateRatio(floor),
        atLeast: 0.6,
        write: times,
      }),
      goalOf({
        figure: '16 runs at once: facts/s, of the one-run rate',
        measured: engine16.rateRatio(engine),
        atLeast: 5,
        write: times,
      }),
      goalOf({
        figure: 'CPU per durable fact, one run',
        measured: engine.cpuMillisPerUnit,
        atMost: 0.15,
        write: millis,
      }),
    ],
    tables: [
      {
        title: 'Facts recorded, each durable before the next call',
        columns: ['what', 'per second', 'of the bare commits', 'of one alone', 'CPU ms each'],
        rows: [
          row('bare `node:sqlite`, one row a commit', floor),
          row('**engine: one run, calls in one state**', engine),
          row('engine: one run, a state for each call', measured.states),
          row('`io-live` alone: one recording', measured.recording),
          row(`**engine: ${RUNS_AT_ONCE} runs at once**`, engine16, engine),
          row(
            `\`io-live\` alone: ${RUNS_AT_ONCE} recordings at once`,
            measured.recordings16,
            measured.recording,
          ),
          row('bare `node:sqlite`, 100 rows a commit', measured.batches),
        ],
      },
    ],
    notes: [
      'A call is answered in the same process with about 200 bytes of JSON. All stand on one SQLite file, WAL and `synchronous=FULL`; bare rows have 300 bytes.',
      'Each side has a process of its own, which runs nothing else.',
      'Afterwards each stream is read back from the reopened file: its facts are counted, and the digest of their payload ids is compared with one made of the answers.',
    ],
  }
}
