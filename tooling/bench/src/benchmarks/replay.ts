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
import { recordProgram, recordRun } from '../workloads/recorded-store.ts'
import { engineReplaySide, payloadFloorSide, recordingReplaySide } from '../workloads/replaying.ts'

export const replay: Benchmark = {
  name: 'replay',
  title: 'Replaying facts',
  run: async (setting) => {
    const { isQuick } = setting
    const parts = [
      await callsIn(setting, isQuick ? 10 : 5000),
      await callsIn(setting, isQuick ? 30 : 50_000),
      await states(setting, isQuick ? 10 : 5000),
    ]
    return {
      goals: parts.flatMap(({ goals }) => goals),
      tables: parts.flatMap(({ tables }) => tables),
      notes: [
        'Each pass opens the store, replays and closes it; no transport is there. A replay checks that every fact was used and that the output came out again; a verification holds every event and snapshot against the recorded ones as well.',
        'The floor hashes (SHA-256) and parses the same payloads, already in memory. Peak memory is that of a process of its own that verifies once.',
      ],
    }
  },
}

async function callsIn(setting: Setting, count: number): Promise<Findings> {
  const run = await recordRun(setting, 'calls', count, callsInOneState)
  const recording = await recordProgram(setting, 'recording', count)
  const given = { store: run, op: callsInOneState('calls', count), output: sumOfIds(count) }
  const measured = await interleave(
    {
      floor: payloadFloorSide(run.facts),
      replay: engineReplaySide({ ...given, how: replayWorkflow }),
      verify: engineReplaySide({ ...given, how: verifyWorkflow }),
      recording: recordingReplaySide(recording),
    },
    setting.rounds,
  )
  const facts = `${written(count)} facts`
  const goal = (what: string, series: Series): Goal =>
    goalOf({
      figure: `${what}, ${facts}: facts/s`,
      measured: series.rate,
      atLeast: 50_000,
      write: perSecond('facts'),
    })
  const memory = await peakMemory(run, setting.isQuick)
  return {
    goals: [
      goal('replay of a finished run', measured.replay),
      goal('verification of a finished run', measured.verify),
      goal('replay without an engine', measured.recording),
    ],
    tables: [
      {
        title: `${facts}, made by one state; ${written(memory)} MiB at the most`,
        columns: COLUMNS,
        rows: [
          row('floor: SHA-256 and `JSON.parse`', measured.floor, measured.floor),
          row('**engine: replay**', measured.replay, measured.floor),
          row('**engine: verify**', measured.verify, measured.floor),
          row('`io-replay` alone', measured.recording, measured.floor),
        ],
      },
    ],
    notes: [],
  }
}

async function states(setting: Setting, count: number): Promise<Findings> {
  const run = await recordRun(setting, 'states', count, callPerState)
  const given = { store: run, op: callPerState('states', count), output: count - 1 }
  const { floor, replayed, verified } = await interleave(
    {
      floor: payloadFloorSide(run.facts),
      replayed: engineReplaySide({ ...given, how: replayWorkflow }),
      verified: engineReplaySide({ ...given, how: verifyWorkflow }),
    },
    setting.rounds,
  )
  return {
    goals: [],
    tables: [
      {
        title: `${written(count)} facts, a state for each`,
        columns: COLUMNS,
        rows: [
          row('floor: SHA-256 and `JSON.parse`', floor, floor),
          row('engine: replay', replayed, floor),
          row('engine: verify', verified, floor),
        ],
      },
    ],
    notes: [],
  }
}

const COLUMNS = ['what', 'facts/s', 'of the floor', 'CPU ms each'] as const

function row(name: string, series: Series, floor: Series): readonly string[] {
  return [
    name,
    writtenSpread(series.rate),
    writtenSpread(series.rateRatio(floor)),
    writtenSpread(series.cpuMillisPerUnit),
  ]
}

async function peakMemory({ path, facts }: RecordedStore, isQuick: boolean): Promise<number> {
  const { runId, series, count } = facts
  const child = fileURLToPath(new URL('../workloads/verify-run.child.ts', import.meta.url))
  const args = [...nodeFlags(isQuick), child, path, runId, series, String(count)]
  const { stdout } = await runNode(args)
  const [verdict, kibibytes] = stdout.trim().split(' ')
  expectEqual('verdict of the child', verdict, 'identical')
  return Number(kibibytes) / 1024
}
