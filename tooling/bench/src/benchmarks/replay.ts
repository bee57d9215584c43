import { fileURLToPath } from 'node:url'
import type { Benchmark, Setting } from '../benchmark.ts'
import { expectEqual } from '../harness/check.ts'
import { nodeFlags, runNode } from '../harness/child.ts'
import type { Findings, Goal } from '../harness/findings.ts'
import { goalOf } from '../harness/findings.ts'
import { perSecond, written, writtenSpread } from '../harness/numbers.ts'
import type { Series } from '../harness/series.ts'
import { interleaveProcesses } from '../harness/side-process.ts'
import type { RecordedStore } from '../workloads/recorded-store.ts'
import { recordProgram, recordRun } from '../workloads/recorded-store.ts'
import type { Replayed, ReplayingSide } from '../workloads/replaying-sides.ts'
import { REPLAYED_PROGRAMS } from '../workloads/replaying-sides.ts'

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
        'Each side has a process of its own, which runs nothing else.',
        'Each pass opens the store, replays and closes it; no transport is there. A replay checks that every fact was used and that the output came out again; a verification holds every event and snapshot against the recorded ones as well.',
        'The floor hashes (SHA-256) and parses the same payloads, already in memory. Peak memory is that of a process of its own that verifies once.',
      ],
    }
  },
}

async function measure<Name extends ReplayingSide>(
  { isQuick, rounds }: Setting,
  replayed: Replayed,
  names: readonly Name[],
): Promise<Record<Name, Series>> {
  const program = new URL('../workloads/replaying-side.child.ts', import.meta.url)
  const args = [JSON.stringify(replayed)]
  return await interleaveProcesses({ program, names, args, isQuick }, rounds)
}

async function callsIn(setting: Setting, count: number): Promise<Findings> {
  const run = await recordRun(setting, 'calls', count, REPLAYED_PROGRAMS.calls.opOf)
  const recording = await recordProgram(setting, 'recording', count)
  const names = ['floor', 'replay', 'verify', 'recording'] as const
  const measured = await measure(setting, { program: 'calls', run, recording }, names)
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
  const run = await recordRun(setting, 'states', count, REPLAYED_PROGRAMS.states.opOf)
  const names = ['floor', 'replay', 'verify'] as const
  const { floor, replay, verify } = await measure(setting, { program: 'states', run }, names)
  return {
    goals: [],
    tables: [
      {
        title: `${written(count)} facts, a state for each`,
        columns: COLUMNS,
        rows: [
          row('floor: SHA-256 and `JSON.parse`', floor, floor),
          row('engine: replay', replay, floor),
          row('engine: verify', verify, floor),
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
