import type { Benchmark, Setting } from '../benchmark.ts'
import type { Findings } from '../harness/findings.ts'
import { goalOf } from '../harness/findings.ts'
import { interleave } from '../harness/interleave.ts'
import { times, writtenSpread } from '../harness/numbers.ts'
import type { Series } from '../harness/series.ts'
import {
  appendSide,
  bareFenced,
  bareInsert,
  countBare,
  openPostgresGround,
  ourAppend,
} from '../workloads/postgres-appends.ts'

const BATCH = 100

export const postgresAppends: Benchmark = {
  name: 'postgres-appends',
  title: 'Appends in PostgreSQL',
  run: async (setting) => findings(await measure(setting)),
}

type Measured = Record<
  'insert' | 'fenced' | 'ours',
  { readonly one: Series; readonly many: Series }
>

async function measure({ isQuick, rounds }: Setting): Promise<Measured> {
  await using ground = await openPostgresGround()
  const one = { count: isQuick ? 20 : 1000, batch: 1 }
  const many = { count: isQuick ? 200 : 10_000, batch: BATCH }
  const bare = (run: Parameters<typeof countBare>[1]): Promise<number> => countBare(ground, run)
  const ours = (run: Parameters<typeof countBare>[1]): Promise<number> =>
    ground.stores.events.headSeq(run)
  const measured = await interleave(
    {
      insertOne: appendSide(one, bareInsert(ground), bare),
      fencedOne: appendSide(one, bareFenced(ground), bare),
      oursOne: appendSide(one, ourAppend(ground), ours),
      insertMany: appendSide(many, bareInsert(ground), bare),
      fencedMany: appendSide(many, bareFenced(ground), bare),
      oursMany: appendSide(many, ourAppend(ground), ours),
    },
    rounds,
  )
  return {
    insert: { one: measured.insertOne, many: measured.insertMany },
    fenced: { one: measured.fencedOne, many: measured.fencedMany },
    ours: { one: measured.oursOne, many: measured.oursMany },
  }
}

function findings({ insert, fenced, ours }: Measured): Findings {
  const row = (name: string, series: Series, size: 'one' | 'many'): readonly string[] => [
    name,
    writtenSpread(series.rate),
    writtenSpread(series.rateRatio(fenced[size])),
    writtenSpread(series.rateRatio(insert[size])),
    writtenSpread(series.cpuMillisPerUnit),
  ]
  const goal = (what: string, size: 'one' | 'many'): ReturnType<typeof goalOf> =>
    goalOf({
      figure: `events appended per second through store-postgres, ${what}, of bare pg with a fence`,
      measured: ours[size].rateRatio(fenced[size]),
      atLeast: 0.85,
      write: times,
    })
  const table = (title: string, size: 'one' | 'many'): Findings['tables'][number] => ({
    title,
    columns: ['what', 'events/s', 'of the fenced insert', 'of the plain insert', 'CPU ms each'],
    rows: [
      row('insert by `pg`', insert[size], size),
      row('insert by `pg` behind a head', fenced[size], size),
      row('**append through `store-postgres`**', ours[size], size),
    ],
  })
  return {
    goals: [goal('one at a time', 'one'), goal(`${BATCH} at a time`, 'many')],
    tables: [table('One event a commit', 'one'), table(`${BATCH} events a commit`, 'many')],
    notes: [
      'PostgreSQL 15 on the same machine with `fsync` on, one connection. The rows of all three are alike: run, number, text and digest. The plain insert lets two writers interleave; behind a head, one of two is refused, which is the least that an append has to do. The store also keeps what a list of runs shows.',
    ],
  }
}
