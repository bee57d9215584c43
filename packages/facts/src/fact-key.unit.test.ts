import type { ArtifactId, RunId, StateId } from '@mfm/core-types'
import { hasCode } from '@mfm/errors'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attemptKeyParts, callKey, derivedKey, failureKey, parseCallerKey } from './fact-key.ts'

const RUN = '11111111-2222-4333-8444-555555555555' as RunId
const STATE = 'demo.main.fetch' as StateId
const SCOPE = { runId: RUN, stateId: STATE, attempt: 0 }
const REQUEST = 'ab'.repeat(32) as ArtifactId

const segment = fc.stringMatching(/^[a-z][a-z0-9_]{0,6}$/)
const stateId = fc.tuple(segment, segment, segment).map((parts) => parts.join('.') as StateId)
const namespace = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'))
const requestId = fc.stringMatching(/^[0-9a-f]{64}$/).map((text) => text as ArtifactId)
const scope = fc.record({
  runId: fc.uuid().map((id) => id as RunId),
  stateId,
  attempt: fc.nat(30),
})
/** Texts that try to look like parts of keys. */
const hostile = fc
  .array(fc.oneof(fc.constantFrom('|', 'key:', 'occ:', 'ord:', 'mfm:', 'run:', '1'), fc.string()))
  .map((parts) => parts.join('').toWellFormed())

/** Every way to make a key, beside what it was made of. */
const made = fc.oneof(
  fc
    .tuple(fc.constantFrom('now_millis', 'random_bytes'), scope, fc.nat(30))
    .map((parts) => ({ parts: ['derived', ...parts], key: derivedKey(...parts) })),
  fc
    .record({ namespace, stateId, requestId, occurrence: fc.nat(30) })
    .map((parts) => ({ parts: ['call', parts], key: callKey(parts) })),
  fc
    .tuple(scope, fc.record({ key: hostile, tries: fc.nat(30) }))
    .map((parts) => ({ parts: ['failed', ...parts], key: failureKey(...parts) })),
)

describe('fact keys', () => {
  it('write a derived key as the contract shows it', () => {
    expect(derivedKey('now_millis', SCOPE, 0)).toBe(
      'mfm:now_millis|run:11111111-2222-4333-8444-555555555555|state:demo.main.fetch|attempt:0|ord:0',
    )
  })

  it('leave the occurrence out of the first of identical calls', () => {
    const parts = { namespace: 'local.fs', stateId: STATE, requestId: REQUEST }
    const first = `mfm:local.fs|state:demo.main.fetch|req:${REQUEST}`
    expect(callKey({ ...parts, occurrence: 0 })).toBe(first)
    expect(callKey({ ...parts, occurrence: 2 })).toBe(`${first}|occ:2`)
  })

  it('write the key of a failure with the whole key of the call at its end', () => {
    expect(failureKey({ ...SCOPE, attempt: 3 }, { key: 'a|key:b', tries: 1 })).toBe(
      `mfm:failed|run:${RUN}|state:demo.main.fetch|attempt:3|occ:1|key:a|key:b`,
    )
  })

  it('that name an attempt give their parts back, others none', () => {
    fc.assert(
      fc.property(scope, fc.nat(30), hostile, (own, number, key) => {
        const { runId, stateId: state, attempt } = own
        const parts = { runId, stateId: state, attempt }
        expect(attemptKeyParts(derivedKey('random_bytes', own, number))).toEqual({
          kind: 'random_bytes',
          ...parts,
          rest: `ord:${number}`,
        })
        expect(attemptKeyParts(failureKey(own, { key, tries: number }))).toEqual({
          kind: 'failed',
          ...parts,
          rest: `occ:${number}|key:${key}`,
        })
      }),
    )
    const call = { namespace: 'http', stateId: STATE, requestId: REQUEST, occurrence: 0 }
    expect(attemptKeyParts(callKey(call))).toBeUndefined()
    expect(attemptKeyParts('mfm:now_millis|run:')).toBeUndefined()
  })

  it('are equal only where they were made of the same parts', () => {
    fc.assert(
      fc.property(made, made, (a, b) => {
        expect(a.key === b.key).toBe(JSON.stringify(a.parts) === JSON.stringify(b.parts))
      }),
      { numRuns: 500 },
    )
  })

  it('tell neighbouring parts apart', () => {
    const keys = fc.tuple(scope, fc.nat(3), fc.constantFrom('', '1|key:', '|occ:1|key:', 'key:1'))
    fc.assert(
      fc.property(keys, keys, ([scopeA, triesA, keyA], [, triesB, keyB]) => {
        const isSame = triesA === triesB && keyA === keyB
        const a = failureKey(scopeA, { key: keyA, tries: triesA })
        expect(a === failureKey(scopeA, { key: keyB, tries: triesB })).toBe(isSame)
      }),
    )
  })
})

describe('parseCallerKey', () => {
  it.each(['', 'k', 'mfm:evm|state:a.b.c|receipt_poll:0', 'mfm:failed', 'ключ 🔑'])(
    'takes %j',
    (key) => expect(parseCallerKey(key)).toBe(key),
  )

  it.each([
    derivedKey('now_millis', SCOPE, 0),
    derivedKey('random_bytes', SCOPE, 4),
    failureKey(SCOPE, { key: 'k', tries: 0 }),
    '\ud800',
    7,
  ])('refuses %j, which would shadow a key that nobody chose', (key) => {
    expect(() => parseCallerKey(key)).toThrow(
      expect.toSatisfy((error) => hasCode(error, 'invalid_id')),
    )
  })
})
