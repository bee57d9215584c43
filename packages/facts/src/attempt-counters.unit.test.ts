import type { ArtifactId } from '@mfm/core-types'
import { describe, expect, it } from 'vitest'
import { AttemptCounters } from './attempt-counters.ts'

const A = 'a'.repeat(64) as ArtifactId

describe('AttemptCounters', () => {
  it('counts derived keys apart from operations', () => {
    const counters = new AttemptCounters()
    expect([counters.nextDerived(), counters.nextDerived(), counters.nextOperation()]).toEqual([
      0, 1, 0,
    ])
  })

  it('counts occurrences apart from tries', () => {
    const counters = new AttemptCounters()
    expect([
      counters.nextOccurrence('a'),
      counters.nextOccurrence('a'),
      counters.nextOccurrence('b'),
      counters.nextTry('a'),
      counters.nextOccurrence('a'),
    ]).toEqual([0, 1, 0, 0, 2])
  })

  it('leaves try 0 of a key that looks like a derived one to the call that it would be made of', () => {
    const counters = new AttemptCounters()
    const derived = `mfm:http|state:a.b.c|req:${A}`
    expect([counters.nextTry(derived), counters.nextTry(`${derived}|occ:3`)]).toEqual([1, 1])
    expect([counters.nextTry(derived), counters.nextTry(`${derived}|x`)]).toEqual([2, 0])
  })

  it('counts tries by key', () => {
    const counters = new AttemptCounters()
    expect([counters.nextTry('k'), counters.nextTry('other'), counters.nextTry('k')]).toEqual([
      0, 0, 1,
    ])
  })
})
