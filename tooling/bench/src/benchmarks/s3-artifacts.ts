import type { Benchmark, Setting } from '../benchmark.ts'
import type { Findings } from '../harness/findings.ts'
import { goalOf } from '../harness/findings.ts'
import { interleave } from '../harness/interleave.ts'
import { times, writtenSpread } from '../harness/numbers.ts'
import type { Series } from '../harness/series.ts'
import {
  AT_ONCE,
  bareCalls,
  carefulPut,
  getSide,
  OBJECT_BYTES,
  openS3Ground,
  putSide,
  storeCalls,
} from '../workloads/s3-objects.ts'

export const s3Artifacts: Benchmark = {
  name: 's3-artifacts',
  title: 'Artifacts in S3',
  run: async (setting) => findings(await measure(setting)),
}

type Measured = Record<'barePut' | 'ourPut' | 'carefulPut' | 'bareGet' | 'ourGet', Series>

async function measure({ isQuick, rounds }: Setting): Promise<Measured> {
  await using ground = await openS3Ground()
  const count = isQuick ? 40 : 600
  const [bare, ours] = [bareCalls(ground), storeCalls(ground)]
  return await interleave(
    {
      barePut: putSide(count, bare.put, bare.get),
      ourPut: putSide(count, ours.put, ours.get),
      carefulPut: putSide(count, carefulPut(ground), bare.get),
      bareGet: getSide(count, bare.put, bare.get),
      ourGet: getSide(count, ours.put, ours.get),
    },
    rounds,
  )
}

function findings(measured: Measured): Findings {
  const { barePut, ourPut, bareGet, ourGet } = measured
  const row = (name: string, series: Series, bare: Series): readonly string[] => [
    name,
    writtenSpread(series.rate),
    writtenSpread(series.rateRatio(bare)),
    writtenSpread(series.cpuMillisPerUnit),
  ]
  const goal = (what: string, ours: Series, bare: Series): ReturnType<typeof goalOf> =>
    goalOf({
      figure: `artifact ${what} per second through store-s3, of the bare SDK`,
      measured: ours.rateRatio(bare),
      atLeast: 0.9,
      write: times,
    })
  return {
    goals: [goal('puts', ourPut, barePut), goal('gets', ourGet, bareGet)],
    tables: [
      {
        title: `Objects of ${OBJECT_BYTES} bytes, ${AT_ONCE} at once`,
        columns: ['what', 'per second', 'of the bare SDK', 'CPU ms each'],
        rows: [
          row('put by the bare SDK', barePut, barePut),
          row('**put through `store-s3`**', ourPut, barePut),
          row('put by the SDK, created only, with its SHA-256', measured.carefulPut, barePut),
          row('get by the bare SDK', bareGet, bareGet),
          row('**get through `store-s3`**', ourGet, bareGet),
        ],
      },
    ],
    notes: [
      'Ceph RADOS Gateway 20 on the same machine, in memory: the server takes its part of the cores. The bare SDK overwrites, and checks a CRC32; the store creates only, has the server check a SHA-256, and hashes what it reads.',
      'Every object is new. Of each pass of puts some are read back; of each pass of gets all are hashed.',
    ],
  }
}
