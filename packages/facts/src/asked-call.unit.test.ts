import type { RequestValue, RunId, StateId } from '@mfm/core-types'
import { secret } from '@mfm/secrets'
import { describe, expect, it } from 'vitest'
import { askCall } from './asked-call.ts'
import { AttemptCounters } from './attempt-counters.ts'
import { copyRequest, requestOf } from './identify-request.ts'

const scope = {
  runId: '11111111-2222-4333-8444-555555555555' as RunId,
  stateId: 'demo.main.fetch' as StateId,
  attempt: 2,
}

describe('askCall', () => {
  it('gives identical calls keys that differ by occurrence alone, whatever the member order', () => {
    const counters = new AttemptCounters()
    const ask = (request: RequestValue) =>
      askCall({ namespace: 'http', request }, undefined, { scope, counters })
    const first = ask({ a: 1, b: 2 })
    const other = ask({ a: 1 })
    const second = ask({ b: 2, a: 1 })
    expect(first.key).not.toBe(other.key)
    expect(second.key).toBe(`${first.key}|occ:1`)
    expect([first, other, second].map(({ occurrence, ordinal }) => [occurrence, ordinal])).toEqual([
      [0, 0],
      [0, 1],
      [1, 2],
    ])
  })

  it('keeps the attempt out of the key', () => {
    const at = (attempt: number) =>
      askCall({ namespace: 'http', request: null }, undefined, {
        scope: { ...scope, attempt },
        counters: new AttemptCounters(),
      })
    expect(at(0).key).toBe(at(1).key)
  })

  it('counts occurrences by namespace and request', () => {
    const counters = new AttemptCounters()
    const occurrenceOf = (namespace: string, request: RequestValue): number | undefined =>
      askCall({ namespace, request }, undefined, { scope, counters }).occurrence
    expect([
      occurrenceOf('http', 1),
      occurrenceOf('http', 1),
      occurrenceOf('http', 2),
      occurrenceOf('local', 1),
      occurrenceOf('http', 1),
    ]).toEqual([0, 1, 0, 0, 2])
  })

  it('counts the tries of a chosen key and no occurrence', () => {
    const counters = new AttemptCounters()
    const ask = (request: RequestValue) =>
      askCall({ namespace: 'http', request }, 'mine', { scope, counters })
    const [first, second] = [ask(1), ask(2)]
    expect([first.key, second.key, first.occurrence]).toEqual(['mine', 'mine', undefined])
    expect([first.tries, second.tries]).toEqual([0, 1])
  })

  it('identifies a request by the names of its secrets', () => {
    const ask = (request: RequestValue) =>
      askCall({ namespace: 'http', request }, undefined, {
        scope,
        counters: new AttemptCounters(),
      })
    const asked = ask({ header: secret('token') })
    expect(asked.identity.redacted).toEqual({ header: '[secret:token]' })
    expect(asked.key).not.toBe(ask({ header: secret('other') }).key)
  })

  it('keeps the request as it was when it was asked', () => {
    const request = { list: [1] }
    const { identity } = askCall({ namespace: 'http', request }, undefined, {
      scope,
      counters: new AttemptCounters(),
    })
    request.list.push(2)
    expect(requestOf(identity)).toEqual({ list: [1] })
  })

  it.each([
    ['', {}, undefined, 'invalid_id'],
    ['Http', {}, undefined, 'invalid_id'],
    ['http.', {}, undefined, 'invalid_id'],
    ['http', { at: new Date(0) }, undefined, 'json_not_representable'],
    ['http', { n: Number.NaN }, undefined, 'json_not_representable'],
    ['http', {}, 'mfm:failed|run:x', 'invalid_id'],
  ])('refuses %j %j %j and consumes no number', (namespace, request, key, code) => {
    const counters = new AttemptCounters()
    // The cast: requests that are no JSON are what is tested.
    const call = { namespace, request: request as RequestValue }
    expect(() => askCall(call, key, { scope, counters })).toThrow(expect.objectContaining({ code }))
    expect(counters.nextOperation()).toBe(0)
  })
})

describe('copyRequest', () => {
  it('is not reached by later changes, and shares secret handles', () => {
    const handle = secret('token')
    const request = { list: [1], handle, ['__proto__']: 'own' }
    const copy = copyRequest(request)
    request.list.push(2)
    expect(copy).toEqual({ list: [1], handle, ['__proto__']: 'own' })
    expect(Object.values(Object(copy))).toContain(handle)
  })
})
