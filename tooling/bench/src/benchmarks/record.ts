import type { Benchmark, Setting } from '../benchmark.ts'
import type { Findings } from '../harness/findings.ts'
import { goalOf } from '../harness/findings.ts'
import { interleave } from '../harness/interleave.ts'
import { millis, times, writtenSpread } from '../harness/numbers.ts'
import type { Series } from '../harness/series.ts'
import { callPerState, callsInOneState, sumOfIds } from '../workloads/programs.ts'
import { bareSide, engineSide, recordingSide } from '../workloads/recording.ts'

const RUNS_AT_ONCE = 16

export const record: Benchmark = {
  name: 'record',
  title: 'Recording facts',
  run: async (setting) => findings(await measure(setting)),
}

type Measured = Record<
  'floor' | 'recording' | 'engine' | 'states' | 'recordings16' | 'engine16' | 'batches',
  Series
>

async function measure({ isQuick, rounds, folder }: Setting): Promise<Measured> {
  const alone = { folder, runs: 1, factsPerRun: isQuick ? 20 : 3000 }
  const states = { ...alone, factsPerRun: isQuick ? 20 : 1500 }
  const together = { folder, runs: RUNS_AT_ONCE, factsPerRun: isQuick ? 5 : 750 }
  return await interleave(
    {
      floor: bareSide(folder, alone.factsPerRun, 1),
      engine: engineSide(alone, callsInOneState, sumOfIds),
      recording: recordingSide(alone),
      states: engineSide(states, callPerState, (count) => count - 1),
      engine16: engineSide(together, callsInOneState, sumOfIds),
      recordings16: recordingSide(together),
      batches: bareSide(folder, together.runs * together.factsPerRun, 100),
    },
    rounds,
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
      'Afterwards each stream is read back from the reopened file: its facts are counted, and the digest of their payload ids is compared with one made of the answers.',
    ],
  }
}
