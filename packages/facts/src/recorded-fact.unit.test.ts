import type { ArtifactId, EventEnvelope, FactMeta, RunId, StateId } from '@mfm/core-types'
import { describe, expect, it } from 'vitest'
import { lastAttempt } from './program-scope.ts'
import { projectFacts } from './recorded-fact.ts'

const RUN = '11111111-2222-4333-8444-555555555555' as RunId
const A = 'a'.repeat(64) as ArtifactId
const B = 'b'.repeat(64) as ArtifactId
const STATE = 'demo.main.fetch' as StateId
const META: FactMeta = {
  v: 1,
  namespace: 'http',
  requestId: B,
  outcome: 'answered',
  stateId: STATE,
  attempt: 0,
  ordinal: 0,
}

const fact = (
  seq: number,
  key: string,
  payloadId: ArtifactId,
  meta: object = {},
): EventEnvelope => ({
  runId: RUN,
  seq,
  tsMillis: null,
  prev: null,
  event: { type: 'fact_recorded', v: 1, key, payloadId, meta: meta as FactMeta },
})

const other: EventEnvelope = {
  runId: RUN,
  seq: 1,
  tsMillis: null,
  prev: null,
  event: { type: 'state_entered', v: 1, stateId: STATE, attempt: 0, baseSnapshotId: A },
}

describe('projectFacts', () => {
  it('takes facts in the order of the stream and nothing else', async () => {
    const facts = await projectFacts([other, fact(2, 'k', A, META), fact(3, 'j', B)])
    expect([...facts.values()]).toEqual([
      { key: 'k', payloadId: A, meta: META, seq: 2 },
      { key: 'j', payloadId: B, meta: undefined, seq: 3 },
    ])
  })

  it('accepts the same binding twice, once', async () => {
    const facts = await projectFacts([fact(1, 'k', A, META), fact(2, 'k', A)])
    expect(facts.get('k')?.seq).toBe(1)
    expect(facts.size).toBe(1)
  })

  it('refuses another binding of a key', async () => {
    await expect(projectFacts([fact(1, 'k', A), fact(2, 'k', B)])).rejects.toMatchObject({
      code: 'fact_recorded_conflict',
      details: { seq: 2, key: 'k' },
    })
  })

  it('keeps a key that looks like a secret out of the error', async () => {
    const key = `token ${['ghp', 'q7R2xW9kZp4Tm8Vbn3Lcq7R2xW9kZp4Tm8Vb'].join('_')}`
    const projecting = projectFacts([fact(1, key, A), fact(2, key, B)])
    const error = await projecting.catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'fact_recorded_conflict', details: { seq: 2 } })
    expect(JSON.stringify(error)).not.toContain('ghp_')
  })

  it.each([
    fact(4, '\ud800', A),
    fact(4, 'k', 'A'.repeat(64) as ArtifactId),
    fact(4, 'k', A, { v: 2 }),
    fact(4, 'k', A, { ...META, attempt: -1 }),
  ])('refuses a fact that does not decode', async (envelope) => {
    await expect(projectFacts([envelope])).rejects.toMatchObject({
      code: 'fact_recorded_malformed',
      details: { seq: 4 },
    })
  })
})

describe('lastAttempt', () => {
  it('is the highest attempt of the state', async () => {
    const facts = await projectFacts([
      fact(1, 'a', A, { ...META, attempt: 3 }),
      fact(2, 'b', A, { ...META, attempt: 1 }),
      fact(3, 'c', A, { ...META, attempt: 9, stateId: 'demo.main.other' }),
    ])
    expect(lastAttempt(facts, STATE)).toBe(3)
    expect(lastAttempt(facts, 'demo.main.none' as StateId)).toBeUndefined()
  })
})
