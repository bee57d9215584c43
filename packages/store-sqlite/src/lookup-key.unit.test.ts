import { artifactIdOf } from '@mfm/canonical-json'
import type { RunId } from '@mfm/core-types'
import { describe, expect, it } from 'vitest'
import type { LookupKey } from './lookup-key.ts'
import { artifactKey, chainKey, factKeysOf, HIGH_MASK, runKey } from './lookup-key.ts'

const RUN = '11111111-2222-4333-8444-555555555555' as RunId

function runOf(number: number): RunId {
  return `${number.toString(16).padStart(8, '0')}-2222-4333-8444-555555555555` as RunId
}

describe('look-up keys', () => {
  it('are part of the format: they never change', () => {
    expect([
      artifactKey(artifactIdOf('hello')),
      factKeysOf(RUN)(''),
      factKeysOf(RUN)('k\u00e9\u{1f600}'),
      chainKey(RUN),
      runKey(RUN),
    ]).toMatchInlineSnapshot(`
      [
        {
          "high": 24496,
          "low": 754077114,
        },
        {
          "high": 536899018,
          "low": 3376253179,
        },
        {
          "high": 536898341,
          "low": 2379153461,
        },
        {
          "high": 1073769930,
          "low": 3376253179,
        },
        {
          "high": 1610640842,
          "low": 3376253179,
        },
      ]
    `)
  })

  it('of different kinds differ, and leave the bits of the value free', () => {
    const keys = [artifactKey(artifactIdOf('x')), factKeysOf(RUN)(''), chainKey(RUN), runKey(RUN)]
    expect(new Set(keys.map(({ high }) => high >>> 29)).size).toBe(4)
    for (const { high } of keys) expect((high & HIGH_MASK) >>> 0).toBe(high)
  })

  it.each<[string, (number: number) => LookupKey]>([
    ['keys that count', (number) => factKeysOf(RUN)(`key ${number}`)],
    ['runs that count', (number) => runKey(runOf(number))],
    ['one key of runs that count', (number) => factKeysOf(runOf(number))('k')],
  ])('of %s are spread evenly', (_, keyOf) => {
    const bins = new Array<number>(256).fill(0)
    for (let number = 0; number < 51_200; number++) {
      const bin = Math.floor(keyOf(number).low / 2 ** 24)
      bins[bin] = (bins[bin] ?? 0) + 1
    }
    // 200 on average: a fair hash is seldom more than five deviations off.
    expect(Math.min(...bins)).toBeGreaterThan(120)
    expect(Math.max(...bins)).toBeLessThan(280)
  })
})
