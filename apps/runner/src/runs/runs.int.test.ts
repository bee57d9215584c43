import type { RunEvent, RunId, Stores } from '@mfm/core-types'
import { artifactIdSchema, runIdSchema, stateIdSchema } from '@mfm/core-types'
import { hasCode } from '@mfm/errors'
import { chainEvents, EMPTY_HEAD } from '@mfm/io-live'
import { openMemoryStores } from '@mfm/store-memory'
import { describe, expect, it } from 'vitest'
import { runDetailsDocumentSchema } from '../output-schemas/run-details-document.ts'
import { findRun } from './find-run.ts'
import { readRunDetails } from './read-run-details.ts'

const ARTIFACT = artifactIdSchema.parse('b'.repeat(64))
const STATE = stateIdSchema.parse('audit.main.fetch')

const runId = (last: string): RunId =>
  runIdSchema.parse(`3fa2c1d0-0000-4000-8000-00000000000${last}`)

const FACT: RunEvent = { type: 'fact_recorded', v: 1, key: 'k', payloadId: ARTIFACT, meta: {} }

async function append(stores: Stores, run: RunId, events: readonly RunEvent[]): Promise<void> {
  await stores.events.append(run, 0, chainEvents(run, EMPTY_HEAD, events, 1000).envelopes)
}

async function storesWith(...runs: readonly RunId[]): Promise<Stores> {
  const stores = openMemoryStores()
  for (const run of runs) await append(stores, run, [FACT])
  return stores
}

const refusal = async (promise: Promise<unknown>): Promise<unknown> =>
  await promise.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('a run', () => {
  it('is found by its id and by any unique beginning of it', async () => {
    const stores = await storesWith(runId('1'), runId('2'))
    expect(await findRun(stores, runId('1'))).toBe(runId('1'))
    expect(await findRun(stores, runId('2').toUpperCase())).toBe(runId('2'))
    const alone = await storesWith(runId('1'))
    expect(await findRun(alone, '3')).toBe(runId('1'))
    expect(await findRun(alone, '3fa2c1d0-00')).toBe(runId('1'))
  })

  it('is not guessed among several', async () => {
    const stores = await storesWith(runId('1'), runId('2'))
    const error = await refusal(findRun(stores, '3fa2'))
    expect(hasCode(error, 'run_ambiguous')).toBe(true)
    expect(error).toMatchObject({ details: { prefix: '3fa2', complete: true } })
  })

  it('that is not there is said to be missing', async () => {
    const stores = await storesWith(runId('1'))
    expect(hasCode(await refusal(findRun(stores, '4')), 'run_not_found')).toBe(true)
    expect(hasCode(await refusal(findRun(stores, runId('9'))), 'run_not_found')).toBe(true)
  })

  it.each(['', 'xyz', '3fa2%', '3'.repeat(37)])('is never named %j', async (given) => {
    const stores = await storesWith(runId('1'))
    expect(hasCode(await refusal(findRun(stores, given)), 'invalid_id')).toBe(true)
  })
})

describe('the details of a run', () => {
  const signal = new AbortController().signal

  it('of a recording count its facts', async () => {
    const stores = await storesWith(runId('1'))
    const details = await readRunDetails(stores, runId('1'), { signal })
    expect(runDetailsDocumentSchema.parse(details)).toEqual(details)
    expect(details).toMatchObject({ phase: 'recording', workflow: null, facts: 1, context: null })
  })

  it('add up the attempts at a state', async () => {
    const stores = openMemoryStores()
    const enter = (attempt: number): RunEvent => ({
      type: 'state_entered',
      v: 1,
      stateId: STATE,
      attempt,
      baseSnapshotId: ARTIFACT,
    })
    const error = {
      code: 'x',
      category: 'unknown',
      retryable: true,
      message: 'm',
      details: null,
    } as const
    await append(stores, runId('1'), [
      enter(0),
      {
        type: 'state_failed',
        v: 1,
        stateId: STATE,
        attempt: 0,
        error,
        failureSnapshotId: null,
        notBeforeMillis: null,
      },
      enter(1),
    ])
    const { states } = await readRunDetails(stores, runId('1'), { signal })
    expect(states).toEqual([
      {
        stateId: STATE,
        phase: 'running',
        attempts: 2,
        facts: 0,
        startedAtMillis: 1000,
        endedAtMillis: 1000,
        durationMillis: 0,
        lastError: error,
      },
    ])
  })

  it('are refused for a stream whose links are broken', async () => {
    const stores = openMemoryStores()
    const { envelopes } = chainEvents(runId('1'), EMPTY_HEAD, [FACT, { ...FACT, key: 'l' }], 1)
    await stores.events.append(
      runId('1'),
      0,
      envelopes.map((envelope) => ({ ...envelope, prev: null })),
    )
    const error = await refusal(readRunDetails(stores, runId('1'), { signal }))
    expect(hasCode(error, 'event_store_corruption')).toBe(true)
  })
})
