import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunId } from '@mfm/core-types'
import { openSqliteStores } from '@mfm/store-sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CountingServer } from '../test/counting-server.fixture.ts'
import fiftyCalls from '../test/fifty-calls.workflow.ts'
import { runChild } from '../test/run-child.fixture.ts'
import { verifyWorkflow } from './run-workflow.ts'

const KILLS = 60
/** Lines of the child before it is killed: opened, entered a state, recorded a fact, … An undisturbed run has 70. */
const MOST_LINES = 20

/** A small generator with a seed (mulberry32), so that a failure can be repeated. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

describe('a run that is killed', () => {
  const server = new CountingServer()
  let folder = ''
  let url = ''

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mfm-kill-'))
    url = await server.open()
  })

  afterAll(async () => {
    await server.close()
    await rm(folder, { recursive: true, force: true })
  })

  it(`at ${KILLS} seeded moments loses no acknowledged fact, repeats no acknowledged call and ends as undisturbed`, {
    timeout: 300_000,
  }, async () => {
    const calm = join(folder, 'calm.db')
    const undisturbed = await runChild([calm, runIdOf(0), url])
    expect(undisturbed.result).toMatch(/^completed [0-9a-f]{64}$/)
    await expectIdentical(calm, runIdOf(0))

    const random = seeded(20_261_123)
    let kills = 0
    for (let round = 1; kills < KILLS; round += 1) {
      const path = join(folder, `run-${round}.db`)
      const ended = await killUntilDone(path, runIdOf(round), { random, most: KILLS - kills })
      kills += ended.kills
      expect(ended.result).toBe(undisturbed.result)
      await expectIdentical(path, runIdOf(round))
    }
    expect(kills).toBe(KILLS)
  })

  async function killUntilDone(
    path: string,
    runId: RunId,
    { random, most }: { readonly random: () => number; readonly most: number },
  ): Promise<{ readonly kills: number; readonly result: string }> {
    const acknowledged = new Set<string>()
    for (let kills = 0; ; kills += 1) {
      server.seen.clear()
      const killAfter = kills < most ? 1 + Math.floor(random() * MOST_LINES) : undefined
      const { keys, result } = await runChild([path, runId, url], { killAfter })
      const repeated = [...acknowledged].filter((key) => server.seen.has(pathOf(key)))
      expect(repeated, 'calls that were acknowledged and sent again').toEqual([])
      for (const key of keys) acknowledged.add(key)
      await expectStored(path, runId, acknowledged)
      if (result !== undefined) return { kills, result }
    }
  }

  async function expectIdentical(path: string, runId: RunId): Promise<void> {
    const stores = await openSqliteStores({ path })
    const report = await verifyWorkflow(fiftyCalls, { stores, runId })
    await stores.close()
    expect(report).toMatchObject({ verdict: 'identical', output: 1225 })
  }

  async function expectStored(
    path: string,
    runId: RunId,
    acknowledged: ReadonlySet<string>,
  ): Promise<void> {
    const stores = await openSqliteStores({ path })
    const stored = new Set<string>()
    for await (const { event } of stores.events.read(runId)) {
      if (event.type === 'fact_recorded') stored.add(event.key)
    }
    await stores.close()
    const lost = [...acknowledged].filter((key) => !stored.has(key))
    expect(lost, 'facts that were acknowledged and lost').toEqual([])
  }
})

/** The request behind a fact: `add 7` is `/add/7`. */
function pathOf(key: string): string {
  return `/${key.replace(' ', '/')}`
}

function runIdOf(round: number): RunId {
  return `11111111-2222-4333-8444-${String(round).padStart(12, '0')}` as RunId
}
