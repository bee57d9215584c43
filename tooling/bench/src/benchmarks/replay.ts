import { fileURLToPath } from 'node:url'
import { replayWorkflow, verifyWorkflow } from '@mfm/workflow'
import type { Benchmark, Setting } from '../benchmark.ts'
import { expectEqual } from '../harness/check.ts'
import { nodeFlags, runNode } from '../harness/child.ts'
import type { Findings, Goal } from '../harness/findings.ts'
import { goalOf } from '../harness/findings.ts'
import { interleave } from '../harness/interleave.ts'
import { perSecond, written, writtenSpread } from '../harness/numbers.ts'
import type { Series } from '../harness/series.ts'
import { callPerState, callsInOneState, sumOfIds } from '../workloads/programs.ts'
import type { RecordedStore } from '../workloads/recorded-store.ts'
import { recordStore } from '../workloads/recorded-store.ts'
import { engineReplaySide, payloadFloorSide, recordingReplaySide } from '../workloads/replaying.ts'

export const replay: Benchmark = {
  name: 'replay',
  title: 'Replaying facts',
  run: async ({ isQuick, rounds, folder }) => {
    const sizes = isQuick ? [10, 30] : [5000, 50_000]
    const parts: Findings[] = []
    for (const size of sizes) {
      const store = await recordStore(folder, size)
      const measured = await measure(store, rounds)
      parts.push(findings(measured, { store, memory: await peakMemory(store, isQuick) }))
    }
    return {
      goals: parts.flatMap(({ goals }) => goals),
      tables: parts.flatMap(({ tables }) => tables),
      notes: [
        'Each pass opens the store, replays and closes it; no transport is there. A replay checks that every fact was used and that the output came out again; a verification holds every event and snapshot against the recorded ones as well.',
        'The floor hashes (SHA-256) and parses the same payloads, already in memory.',
        'Peak memory is that of a process of its own that verifies once.',
      ],
    }
  },
}

type Measured = Record<
  'floor' | 'verify' | 'replay' | 'verifyStates' | 'replayStates' | 'recording',
  Series
>

async function measure(store: RecordedStore, rounds: Setting['rounds']): Promise<Measured> {
  const { path, count, calls, states, recording } = store
  const inOneState = { path, facts: calls, op: callsInOneState('calls', count) }
  const perState = { path, facts: states, op: callPerState('states', count) }
  return await interleave(
    {
      floor: payloadFloorSide(calls),
      verify: engineReplaySide({ ...inOneState, output: sumOfIds(count), how: verifyWorkflow }),
      replay: engineReplaySide({ ...inOneState, output: sumOfIds(count), how: replayWorkflow }),
      verifyStates: engineReplaySide({ ...perState, output: count - 1, how: verifyWorkflow }),
      replayStates: engineReplaySide({ ...perState, output: count - 1, how: replayWorkflow }),
      recording: recordingReplaySide(path, recording),
    },
    rounds,
  )
}

async function peakMemory({ path, calls }: RecordedStore, isQuick: boolean): Promise<number> {
  const { runId, series, count } = calls
  const child = fileURLToPath(new URL('../workloads/verify-run.child.ts', import.meta.url))
  const args = [...nodeFlags(isQuick), child, path, runId, series, String(count)]
  const { stdout } = await runNode(args)
  const [verdict, kilobytes] = stdout.trim().split(' ')
  expectEqual('verdict of the child', verdict, 'identical')
  return Number(kilobytes) / 1024
}

function findings(
  measured: Measured,
  { store: { count }, memory }: { readonly store: RecordedStore; readonly memory: number },
): Findings {
  const { floor, verify, recording } = measured
  const facts = `${written(count)} facts`
  const row = (name: string, series: Series): readonly string[] => [
    name,
    writtenSpread(series.rate),
    writtenSpread(series.rateRatio(floor)),
    writtenSpread(series.cpuMillisPerUnit),
  ]
  const goal = (what: string, series: Series): Goal =>
    goalOf({
      figure: `${what}, ${facts}: facts/s`,
      measured: series.rate,
      atLeast: 50_000,
      write: perSecond('facts'),
    })
  return {
    goals: [
      goal('replay of a finished run', measured.replay),
      goal('verification of a finished run', verify),
      goal('replay without an engine', recording),
    ],
    tables: [
      {
        title: `${facts}, ${written(memory)} MiB at the most`,
        columns: ['what', 'facts/s', 'of the floor', 'CPU ms each'],
        rows: [
          row('floor: SHA-256 and `JSON.parse`', floor),
          row('**engine: replay, calls in one state**', measured.replay),
          row('**engine: verify, calls in one state**', verify),
          row('engine: replay, a state for each call', measured.replayStates),
          row('engine: verify, a state for each call', measured.verifyStates),
          row('`io-replay` alone', recording),
        ],
      },
    ],
    notes: [],
  }
}
