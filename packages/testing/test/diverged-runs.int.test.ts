import type { JsonValue } from '@mfm/core-types'
import { openMemoryStores } from '@mfm/store-memory'
import type { Golden } from '@mfm/testing'
import { fillStores, goldenOfRun, goldenText, verifyOp } from '@mfm/testing'
import type { Op } from '@mfm/workflow'
import { defineOp, fail, runWorkflow, state } from '@mfm/workflow'
import { describe, expect, it } from 'vitest'

/** Fails once after a call, and then makes another call under its key. */
function impatient(change: Pick<Op['runConfig'], 'divergence'>): Op<never, unknown> {
  const ask = state('ask', {
    run: async ({ io }) => {
      const at = await io.now()
      await io.call('clock', { at }, { key: 'tick' })
      if (at === 1_000) fail('not_yet', { retryable: true })
    },
  })
  const retry = { maxAttempts: 2, backoff: { type: 'fixed', delayMillis: 0 } } as const
  const runConfig = { ...change, retry, locations: true }
  return defineOp({ id: 'impatient', version: 'v1', states: [ask], runConfig })
}

async function goldenOf(op: Op<never, unknown>): Promise<{ golden: Golden; phase: string }> {
  await using stores = openMemoryStores()
  let asked = 0
  const { runId, phase } = await runWorkflow(op, {
    stores,
    transport: {
      call: async ({ request }) => {
        asked += 1
        return { response: { said: request as JsonValue } }
      },
    },
    clock: () => (asked === 0 ? 1_000 : 2_000),
  })
  return { golden: await goldenOfRun(stores, runId), phase }
}

describe('a golden of a run in which a key was asked with another request', () => {
  it.each([
    ['performed again', 'rerun-if-changed', 'completed'],
    ['a reason to stop', 'strict', 'failed'],
  ] as const)('that was %s is verified', async (_what, divergence, phase) => {
    const op = impatient({ divergence })
    const made = await goldenOf(op)
    expect(made.phase).toBe(phase)
    const { report, differences } = await verifyOp(made.golden, op, {})
    expect(differences).toEqual([])
    expect(report).toMatchObject({ verdict: 'identical', phase })
    await using stores = openMemoryStores()
    const again = await goldenOfRun(stores, await fillStores(stores, made.golden))
    expect(goldenText(again)).toBe(goldenText(made.golden))
  })

  it('holds no digest and no place in the code', async () => {
    const { golden } = await goldenOf(impatient({ divergence: 'rerun-if-changed' }))
    const facts = golden.document.events.filter((event) => event.type === 'fact')
    expect(facts.filter(({ supersedes }) => supersedes === 'tick')).toHaveLength(1)
    const stopped = await goldenOf(impatient({ divergence: 'strict' }))
    for (const text of [goldenText(golden), goldenText(stopped.golden)]) {
      expect(text).not.toMatch(/[0-9a-f]{64}/)
      expect(text).not.toContain('.test.ts')
    }
  })
})
