import { createHash } from 'node:crypto'
import { openReplay } from '@mfm/io-replay'
import { openSqliteStores } from '@mfm/store-sqlite'
import type { Op, replayWorkflow, verifyWorkflow } from '@mfm/workflow'
import { expectEqual } from '../harness/check.ts'
import type { Side } from '../harness/interleave.ts'
import { timed } from '../harness/interleave.ts'
import type { ExpectedFacts } from './answers.ts'
import { answerOf } from './answers.ts'
import { callInProgram } from './programs.ts'
import type { RecordedStore } from './recorded-store.ts'

export interface EngineReplay {
  readonly store: RecordedStore
  readonly op: Op<never, number>
  readonly output: number
  readonly how: typeof replayWorkflow | typeof verifyWorkflow
}

/** Opens the store, replays the run, closes the store. There is no transport. */
export function engineReplaySide({ store, op, output, how }: EngineReplay): Side {
  const { path, facts } = store
  return {
    units: facts.count,
    pass: async () =>
      await timed(async () => {
        await using stores = await openSqliteStores({ path })
        const report = await how(op, { stores, runId: facts.runId })
        expectEqual('verdict', report.verdict, 'identical')
        expectEqual('phase', report.phase, 'completed')
        expectEqual('facts', report.counts.facts, facts.count)
        expectEqual('unused facts', report.counts.unusedFacts, 0)
        expectEqual('output', report.output, output)
      }),
  }
}

/** Opens the store, replays the recording without an engine, closes the store. */
export function recordingReplaySide({ path, facts }: RecordedStore): Side {
  return {
    units: facts.count,
    pass: async () =>
      await timed(async () => {
        await using stores = await openSqliteStores({ path })
        await using replay = await openReplay({ stores, runId: facts.runId })
        await callInProgram(replay, facts.series, facts.count)
        expectEqual('facts used', replay.counts.used, facts.count)
        expectEqual('unused facts', replay.counts.unused, 0)
      }),
  }
}

/** The least that proving a payload takes: its hash, and a parse. */
export function payloadFloorSide({ series, count }: ExpectedFacts): Side {
  const payloads = Array.from({ length: count }, (_, n) => {
    const text = JSON.stringify(answerOf(series, n))
    return { text, id: idOf(text) }
  })
  return {
    units: count,
    pass: async () => {
      let sum = 0
      const pass = await timed(async () => {
        for (const { text, id } of payloads) {
          expectEqual('hash', idOf(text), id)
          const { id: n } = JSON.parse(text) as { readonly id: number } // see answerOf
          sum += n
        }
      })
      expectEqual('sum of the answers', sum, (count * (count - 1)) / 2)
      return pass
    },
  }
}

function idOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
