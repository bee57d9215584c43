import type { FaultProxy } from '@mfm/conformance'
import { startFaultProxy } from '@mfm/conformance'
import { service } from '@mfm/services'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RedisFactIndex } from '../src/index.ts'
import { openRedisFactIndex } from '../src/index.ts'
import { idOf, newRun } from './servers.ts'

const PREFIX = 'lost-reply'

let proxy: FaultProxy
let facts: RedisFactIndex

beforeEach(async () => {
  proxy = await startFaultProxy(await service('redis'))
  const { host, port } = proxy.address
  facts = await openRedisFactIndex({ url: `redis://${host}:${port}`, prefix: PREFIX })
})

afterEach(async () => {
  await facts.close()
  await proxy.close()
})

describe('a lost reply', { timeout: 60_000 }, () => {
  it('of one bind ends with our own id, which is not called inserted', async () => {
    const run = newRun()
    const lost = proxy.arm({ kind: 'cut_after' }, { match: 'hsetnx' })
    const binding = await facts.bindIfUnset(run, 'k', idOf('k'))
    expect(lost.fired).toBe(1)
    expect(binding).toEqual({ artifactId: idOf('k'), inserted: false })
  })

  it('of many binds ends with their own ids, and with those of who was first', async () => {
    const run = newRun()
    await facts.bindIfUnset(run, 'b', idOf('first'))
    const lost = proxy.arm({ kind: 'cut_after' }, { match: 'HSETNX' })
    const bound = await Promise.all(
      ['a', 'b', 'c'].map((key) => facts.bindIfUnset(run, key, idOf(key))),
    )
    expect(lost.fired).toBe(1)
    expect(bound).toEqual(
      ['a', 'first', 'c'].map((text) => ({ artifactId: idOf(text), inserted: false })),
    )
  })

  it('of an unbind is told, and the unbind is not repeated', async () => {
    const run = newRun()
    await facts.bindIfUnset(run, 'k', idOf('k'))
    const lost = proxy.arm({ kind: 'cut_after' }, { match: 'HDEL' })
    await expect(facts.unbindIfMatches(run, 'k', idOf('k'))).rejects.toMatchObject({
      code: 'store_outcome_unknown',
      retryable: true,
    })
    expect(lost.fired).toBe(1)
    expect(await facts.get(run, 'k')).toBeUndefined()
  })

  it('is made up for within the deadline only', async () => {
    const { host, port } = proxy.address
    await using hasty = await openRedisFactIndex({
      url: `redis://${host}:${port}`,
      prefix: PREFIX,
      callMillis: 300,
    })
    const run = newRun()
    const lost = proxy.arm({ kind: 'cut_after' }, { match: 'hsetnx', times: 1000 })
    const started = performance.now()
    await expect(hasty.bindIfUnset(run, 'k', idOf('k'))).rejects.toMatchObject({ retryable: true })
    expect(performance.now() - started).toBeLessThan(1500)
    expect(lost.fired).toBeGreaterThan(1)
    lost.disarm()
    expect(await facts.get(run, 'k')).toBe(idOf('k'))
  })

  it('that never comes costs one deadline: the connection is given up for a new one', async () => {
    const { host, port } = proxy.address
    await using hasty = await openRedisFactIndex({
      url: `redis://${host}:${port}`,
      prefix: PREFIX,
      callMillis: 300,
    })
    const run = newRun()
    const swallowed = proxy.arm({ kind: 'black_hole' }, { match: 'hsetnx' })
    await expect(hasty.bindIfUnset(run, 'k', idOf('k'))).rejects.toMatchObject({
      code: 'store_timeout',
    })
    expect(swallowed.fired).toBe(1)
    expect(await hasty.bindIfUnset(run, 'k', idOf('other'))).toEqual({
      artifactId: idOf('other'),
      inserted: true,
    })
  })

  it('does not hide an abort, and what is aborted before it is sent is not sent', async () => {
    const run = newRun()
    const reason = new Error('not any more')
    const controller = new AbortController()
    const { signal } = controller
    const kept = facts.bindIfUnset(run, 'kept', idOf('kept'))
    const given = facts.bindIfUnset(run, 'given up', idOf('given up'), { signal })
    controller.abort(reason)
    await expect(given).rejects.toBe(reason)
    expect((await kept).inserted).toBe(true)
    expect(await facts.get(run, 'given up')).toBeUndefined()
    await proxy.goDown()
    const other = new AbortController()
    const waiting = facts.bindIfUnset(run, 'waiting', idOf('x'), { signal: other.signal })
    other.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    await proxy.comeUp()
    expect(await facts.get(run, 'waiting')).toBeUndefined()
  })
})
