import { createHash } from 'node:crypto'
import { canonicalize } from '@mfm/canonical-json'
import canonicalizePackage from 'canonicalize'
import { canonicalize as jsonCanonicalize } from 'json-canonicalize'
import type { Benchmark, Setting } from '../benchmark.ts'
import { expectEqual } from '../harness/check.ts'
import type { Findings } from '../harness/findings.ts'
import { goalOf } from '../harness/findings.ts'
import type { Side } from '../harness/interleave.ts'
import { interleave, timed } from '../harness/interleave.ts'
import { times, written, writtenSpread } from '../harness/numbers.ts'
import type { Series } from '../harness/series.ts'
import { sampleDocument } from '../workloads/sample-document.ts'

/** Different documents in turn, so that no side lives off one object's shape. */
const DOCUMENTS = 64
const ROWS_OF_2_KB = 9

export const canonicalJson: Benchmark = {
  name: 'canonical-json',
  title: 'Canonical JSON',
  run: async (setting) => await measure(setting),
}

async function measure({ isQuick, rounds }: Setting): Promise<Findings> {
  const documents = Array.from({ length: DOCUMENTS }, (_, n) => sampleDocument(n, ROWS_OF_2_KB))
  const texts = documents.map((document) => canonicalize(document))
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  const repeats = isQuick ? 1 : Math.ceil(20_000_000 / bytes)
  const side = (write: (value: unknown) => string | undefined, expected: string): Side => ({
    units: (bytes * repeats) / 1e6,
    pass: async () => {
      let last: (string | undefined)[] = []
      let length = 0
      const pass = await timed(async () => {
        for (let repeat = 0; repeat < repeats; repeat += 1) {
          last = documents.map(write)
          for (const text of last) length += text?.length ?? 0
        }
      })
      expectEqual('characters written', length, texts.join('').length * repeats)
      expectEqual('digest of the documents', digestOf(last), expected)
      return pass
    },
  })
  const canonical = digestOf(texts)
  const measured = await interleave(
    {
      ours: side((value) => canonicalize(value), canonical),
      stringify: side((value) => JSON.stringify(value), digestOf(documents.map(plain))),
      canonicalize: side((value) => canonicalizePackage(value), canonical),
      jsonCanonicalize: side((value) => jsonCanonicalize(value), canonical),
    },
    rounds,
  )
  return findings(measured, bytes / DOCUMENTS)
}

function findings(
  {
    ours,
    stringify,
    canonicalize: first,
    jsonCanonicalize: second,
  }: Record<'ours' | 'stringify' | 'canonicalize' | 'jsonCanonicalize', Series>,
  bytes: number,
): Findings {
  const best = first.rate.median > second.rate.median ? first : second
  const row = (name: string, series: Series): readonly string[] => [
    name,
    writtenSpread(series.rate),
    writtenSpread(series.rateRatio(stringify)),
  ]
  return {
    goals: [
      goalOf({
        figure: 'canonical JSON: MB/s, of the best RFC 8785 library on npm',
        measured: ours.rateRatio(best),
        atLeast: 1.5,
        write: times,
      }),
    ],
    tables: [
      {
        title: `Documents of ${written(bytes)} bytes, ${DOCUMENTS} different ones in turn`,
        columns: ['writer', 'MB/s', 'of `JSON.stringify`'],
        rows: [
          row('`JSON.stringify` (not canonical)', stringify),
          row('**`@mfm/canonical-json`**', ours),
          row('`canonicalize`', first),
          row('`json-canonicalize`', second),
        ],
      },
    ],
    notes: [
      'Members are out of order and there are fractions, escapes and text beyond ASCII. Every writer makes the same bytes but `JSON.stringify`, whose documents have the same length.',
    ],
  }
}

const plain = (document: unknown): string => JSON.stringify(document)

function digestOf(texts: readonly (string | undefined)[]): string {
  return createHash('sha256').update(texts.join('\n')).digest('hex')
}
