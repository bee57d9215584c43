import type { RunId } from '@mfm/core-types'
import { describe, expect, it } from 'vitest'
import { openSqliteStores } from '../src/index.ts'
import { chainKey, factKeysOf, runKey } from '../src/lookup-key.ts'
import { collect, idOf, newRun, noted, temporaryFile } from './temp-store.ts'

// Pairs that were searched for: their look-up keys are equal in all 48 bits.

function run(number: number): RunId {
  return `${number.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000` as RunId
}

const RUNS = [run(4263796), run(4512474)] as const
const RUNS_OF_ONE_KEY = [run(4088885), run(27548807)] as const
const RUN_OF_KEYS = '11111111-2222-4333-8444-555555555555' as RunId
const KEYS = ['key 11331184', 'key 13240975'] as const

describe('things that share a look-up key', () => {
  it('do share it', () => {
    expect(runKey(RUNS[0])).toEqual(runKey(RUNS[1]))
    expect(chainKey(RUNS[0])).toEqual(chainKey(RUNS[1]))
    expect(factKeysOf(RUNS_OF_ONE_KEY[0])('k')).toEqual(factKeysOf(RUNS_OF_ONE_KEY[1])('k'))
    expect(factKeysOf(RUN_OF_KEYS)(KEYS[0])).toEqual(factKeysOf(RUN_OF_KEYS)(KEYS[1]))
  })

  it('are two runs all the same', async () => {
    await using file = await temporaryFile()
    await using stores = await openSqliteStores({ ...file, indexBatchRows: 1 })
    const [first, second] = RUNS
    await stores.events.append(first, 0, [noted(first, 1, 'first')])
    await stores.facts.bindIfUnset(first, 'only here', idOf('a'))
    expect(await stores.events.headSeq(second)).toBe(0)
    expect(await collect(stores.facts.entries(second))).toEqual([])
    await stores.events.append(second, 0, [noted(second, 1, 'second'), noted(second, 2, 'second')])
    await stores.facts.bindIfUnset(second, 'only there', idOf('b'))
    expect(await stores.events.headSeq(first)).toBe(1)
    expect(await collect(stores.events.read(second))).toHaveLength(2)
    expect(await collect(stores.facts.entries(first))).toEqual([['only here', idOf('a')]])
    expect(await collect(stores.facts.entries(second))).toEqual([['only there', idOf('b')]])
  })

  it.each([
    [RUNS_OF_ONE_KEY.map((id) => [id, 'k'] as const)],
    [KEYS.map((key) => [RUN_OF_KEYS, key] as const)],
  ])('are two keys all the same: %j', async (pairs) => {
    await using file = await temporaryFile()
    await using stores = await openSqliteStores({ ...file, indexBatchRows: 1 })
    const [[runId, key] = [newRun(), ''], [otherRun, otherKey] = [newRun(), '']] = pairs
    await stores.facts.bindIfUnset(runId, key, idOf('a'))
    expect(await stores.facts.get(otherRun, otherKey)).toBe(undefined)
    expect((await stores.facts.bindIfUnset(otherRun, otherKey, idOf('b'))).inserted).toBe(true)
    expect(await stores.facts.get(runId, key)).toBe(idOf('a'))
    expect(await stores.facts.unbindIfMatches(otherRun, otherKey, idOf('b'))).toBe(true)
    expect(await stores.facts.get(runId, key)).toBe(idOf('a'))
    expect(await stores.facts.get(otherRun, otherKey)).toBe(undefined)
  })
})
