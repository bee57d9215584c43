import { setImmediate as turn } from 'node:timers/promises'
import type { DivergencePolicy, IoCall } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { FactSource, ReplayIo } from '@mfm/io-replay'
import { SecretGuard } from '@mfm/secrets'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LiveBench, RUN, STATE } from '../test/live.fixture.ts'

const asked = (n: number, divergence?: DivergencePolicy): IoCall => ({
  namespace: 'http',
  request: { n },
  factKey: 'k',
  divergence,
})

/** A run in which the key has been bound to the request 1. */
async function bound(): Promise<LiveBench> {
  const bench = new LiveBench()
  await bench.live().call(asked(1))
  return bench
}

async function replayOf(bench: LiveBench, attempt: number): Promise<ReplayIo> {
  return new ReplayIo({
    scope: { runId: RUN, stateId: STATE, attempt },
    source: await FactSource.load(bench.stores, RUN),
    guard: new SecretGuard({ mode: 'refuse' }),
  })
}

describe('a key that is asked with another request, where that is performed again', () => {
  it('has an answer for each request, which is recorded once', async () => {
    const bench = await bound()
    const io = bench.live({ attempt: 1, divergence: 'rerun-if-changed' })
    const answers = [asked(2), asked(1), asked(2), asked(3)].map((call) => io.call(call))
    expect((await Promise.all(answers)).map(({ response }) => response)).toEqual([
      { n: 2 },
      { n: 1 },
      { n: 2 },
      { n: 3 },
    ])
    const [first, ...others] = await bench.facts()
    expect(first?.meta).not.toHaveProperty('supersedes')
    expect(others).toMatchObject([{ meta: { supersedes: 'k' } }, { meta: { supersedes: 'k' } }])
    expect(bench.asked).toHaveLength(3)
    expect(bench.asked[1]?.factKey).toBe(others[0]?.key)
  })

  it('answers a later attempt, and a replay, under no policy at all', async () => {
    const bench = await bound()
    await bench.live({ attempt: 1, divergence: 'rerun-if-changed' }).call(asked(2))
    const again = bench.live({ attempt: 2, divergence: 'rerun-if-changed' })
    expect((await again.call(asked(2))).response).toEqual({ n: 2 })
    expect(bench.asked).toHaveLength(2)
    const replay = await replayOf(bench, 1)
    expect((await replay.call(asked(2))).response).toEqual({ n: 2 })
    expect((await replay.call(asked(1))).response).toEqual({ n: 1 })
    await expect(replay.call(asked(3))).rejects.toMatchObject({ code: 'fact_diverged' })
  })

  it('fails as it did in a replay, and may be tried again', async () => {
    const bench = await bound()
    bench.answer = () => {
      if (bench.asked.length === 2) throw new MfmError('http_failed')
      return { response: 'at last' }
    }
    const tries = async (io: Pick<ReplayIo, 'call'>): Promise<unknown[]> => {
      const refused = await io.call(asked(2)).catch((error: MfmError) => error.code)
      return [refused, (await io.call(asked(2))).response]
    }
    const live = bench.live({ attempt: 1, divergence: 'rerun-if-changed' })
    expect(await tries(live)).toEqual(['http_failed', 'at last'])
    expect(await tries(await replayOf(bench, 1))).toEqual(['http_failed', 'at last'])
  })

  it.each<[DivergencePolicy | undefined, DivergencePolicy | undefined, number]>([
    ['strict', 'rerun-if-changed', 2],
    ['rerun-if-changed', 'accept-recorded', 1],
    [undefined, 'accept-recorded', 1],
  ])('is what the call says: %s, and for itself %s', async (divergence, own, n) => {
    const bench = await bound()
    const { response } = await bench.live({ attempt: 1, divergence }).call(asked(2, own))
    expect(response).toEqual({ n })
  })

  it('is answered also where the key itself is not bound, as in a fork', async () => {
    const bench = await bound()
    await bench.live({ attempt: 1, divergence: 'rerun-if-changed' }).call(asked(2))
    const [, superseding] = await bench.facts()
    if (superseding === undefined) throw new Error('there is no second fact')
    const other = new LiveBench()
    const payload = await bench.stores.artifacts.get(superseding.payloadId)
    await other.stores.artifacts.put('fact_payload', payload)
    await other.writer.recordFact({ artifacts: [], event: superseding })
    const io = other.live({ divergence: 'rerun-if-changed' })
    expect((await io.call(asked(2))).response).toEqual({ n: 2 })
    expect(other.asked).toEqual([])
  })

  it('keeps the keys of such answers from callers', async () => {
    const bench = await bound()
    await bench.live({ attempt: 1, divergence: 'rerun-if-changed' }).call(asked(2))
    const key = (await bench.facts())[1]?.key
    const given = bench.live({ attempt: 1 }).call({ ...asked(2), factKey: key })
    await expect(given).rejects.toMatchObject({ code: 'invalid_id' })
  })

  it('goes on in the same order in a replay, whatever is asked together', async () => {
    const call = fc.record({ key: fc.nat({ max: 1 }), n: fc.nat({ max: 2 }) })
    const calls = fc.array(call, { minLength: 1, maxLength: 5 })
    const program = fc.record({ before: calls, now: calls, waits: fc.array(fc.nat({ max: 3 })) })
    await fc.assert(
      fc.asyncProperty(program, async ({ before, now, waits }) => {
        const bench = new LiveBench()
        bench.answer = async () => {
          const number = bench.asked.length
          for (let wait = waits[number] ?? 0; wait > 0; wait -= 1) await turn()
          return { response: number }
        }
        const first = bench.live({ divergence: 'rerun-if-changed' })
        await together(first, before)
        const live = await together(bench.live({ attempt: 1, divergence: 'rerun-if-changed' }), now)
        expect(await together(await replayOf(bench, 1), now)).toEqual(live)
        expect(live).toHaveLength(now.length)
      }),
      { numRuns: 300 },
    )
  })
})

/** What a program sees that makes calls at the same time, in the order in which it goes on with them. */
async function together(
  io: Pick<ReplayIo, 'call'>,
  calls: readonly { readonly key: number; readonly n: number }[],
): Promise<unknown[]> {
  const seen: unknown[] = []
  const ask = async (place: number, key: number, n: number): Promise<void> => {
    const call = { namespace: 'http', request: { n }, factKey: `k${key}` }
    const settled = await io.call(call).then(
      ({ response }) => response,
      (error: MfmError) => error.code,
    )
    seen.push([place, settled])
  }
  await Promise.all(calls.map(({ key, n }, place) => ask(place, key, n)))
  return seen
}
