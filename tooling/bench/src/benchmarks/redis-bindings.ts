import type { Benchmark, Setting } from '../benchmark.ts'
import type { Findings } from '../harness/findings.ts'
import { goalOf } from '../harness/findings.ts'
import { interleave } from '../harness/interleave.ts'
import { times, writtenSpread } from '../harness/numbers.ts'
import type { Series } from '../harness/series.ts'
import {
  AT_ONCE,
  bareOneByOne,
  barePipelined,
  bindSide,
  openRedisGround,
  ourManyAtOnce,
  ourOneByOne,
} from '../workloads/redis-bindings.ts'

export const redisBindings: Benchmark = {
  name: 'redis-bindings',
  title: 'Bindings in Redis',
  run: async (setting) => findings(await measure(setting)),
}

type Measured = Record<'bareOne' | 'ourOne' | 'bareMany' | 'ourMany', Series>

async function measure({ isQuick, rounds }: Setting): Promise<Measured> {
  await using ground = await openRedisGround()
  const count = isQuick ? 128 : 6400
  const { bare, index } = ground
  return await interleave(
    {
      bareOne: bindSide(count, bareOneByOne(ground), (run, key) => bare.hget(run, key)),
      ourOne: bindSide(count, ourOneByOne(ground), (run, key) => index.get(run, key)),
      bareMany: bindSide(count, barePipelined(ground), (run, key) => bare.hget(run, key)),
      ourMany: bindSide(count, ourManyAtOnce(ground), (run, key) => index.get(run, key)),
    },
    rounds,
  )
}

function findings({ bareOne, ourOne, bareMany, ourMany }: Measured): Findings {
  const row = (name: string, series: Series, bare: Series): readonly string[] => [
    name,
    writtenSpread(series.rate),
    writtenSpread(series.rateRatio(bare)),
    writtenSpread(series.cpuMillisPerUnit),
  ]
  const goal = (what: string, ours: Series, bare: Series): ReturnType<typeof goalOf> =>
    goalOf({
      figure: `bindings per second through index-redis, ${what}`,
      measured: ours.rateRatio(bare),
      atLeast: 0.85,
      write: times,
    })
  return {
    goals: [
      goal('one at a time, of bare ioredis', ourOne, bareOne),
      goal(`${AT_ONCE} at once, of bare ioredis pipelined`, ourMany, bareMany),
    ],
    tables: [
      {
        title: 'Bindings of new keys',
        columns: ['what', 'per second', 'of bare ioredis', 'CPU ms each'],
        rows: [
          row('`HSETNX` by ioredis, one at a time', bareOne, bareOne),
          row('**bound through `index-redis`, one at a time**', ourOne, bareOne),
          row(`\`HSETNX\` by ioredis, pipelines of ${AT_ONCE}`, bareMany, bareMany),
          row(`**bound through \`index-redis\`, ${AT_ONCE} at once**`, ourMany, bareMany),
        ],
      },
    ],
    notes: [
      'Redis 7 on the same machine with its append-only file on: the server takes its part of the cores.',
    ],
  }
}
