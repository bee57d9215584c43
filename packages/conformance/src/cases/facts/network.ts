import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { FactIndex, RunId } from '@mfm/core-types'
import type { ConformanceCase } from '../../case.ts'
import { atEveryRequest } from '../../faults/at-every-request.ts'
import { throughProxy } from '../../faults/through-proxy.ts'
import { idOf, newRun, upTo } from '../support/samples.ts'
import { requireDoneOrRetryable, settle } from '../support/settled.ts'
import { within } from '../support/within.ts'

const CUTS = ['cut_after', 'cut_before', 'reset'] as const

const CALL_MILLIS = 500
/** Beyond the deadline of a call: a busy machine, a connection that is being made. */
const GRACE_MILLIS = 2500
/** Longest that a client may take to find its server again. */
const RECOVERY_MILLIS = 20_000

/** Calls until one succeeds, as a run would that retries. */
async function recovered(facts: FactIndex, run: RunId, signal: AbortSignal): Promise<void> {
  for (const attempt of upTo(RECOVERY_MILLIS / 100)) {
    const result = await settle(facts.bindIfUnset(run, `alive ${attempt}`, idOf('alive')))
    if (result.status === 'fulfilled') return
    requireDoneOrRetryable(result)
    await delay(100, undefined, { signal })
  }
  assert.fail('the index did not recover')
}

async function requireUnbound(
  facts: FactIndex,
  run: RunId,
  keys: readonly string[],
): Promise<void> {
  for (const key of keys) {
    assert.equal(await facts.get(run, key), undefined, `${key} was bound after its deadline`)
  }
}

export const NETWORK: readonly ConformanceCase<'facts'>[] = [
  {
    id: 'FI-10',
    subject: 'facts',
    level: 3,
    needs: ['proxy'],
    title:
      'a bind whose reply is lost is found out: the winner holds its own id when it asks again',
    why: 'A winner that believes it lost waits for somebody who does not exist.',
    run: (context) =>
      throughProxy(context, async ({ proxy, open }) => {
        const rival = await context.open()
        const run = newRun(context)
        const hits = await atEveryRequest(proxy, { kind: 'cut_after' }, async (arm, request) => {
          context.signal.throwIfAborted()
          const stores = await open()
          const { facts } = stores
          const [key, own] = [`key ${request}`, idOf('own')]
          await facts.get(run, key)
          const armed = arm()
          const result = await settle(facts.bindIfUnset(run, key, own))
          armed.disarm()
          requireDoneOrRetryable(result)
          assert.ok(result.status === 'rejected' || result.value.artifactId === own)
          const again = await facts.bindIfUnset(run, key, own)
          assert.equal(again.artifactId, own, 'the winner lost its own binding')
          const late = await rival.facts.bindIfUnset(run, key, idOf('rival'))
          assert.deepEqual(late, { artifactId: own, inserted: false })
          await stores.close()
        })
        assert.ok(hits > 0, 'a bind goes through the proxy in no request')
        context.note(`${hits} requests of binds lost their reply`)
      }),
  },
  {
    id: 'FI-11',
    subject: 'facts',
    level: 3,
    needs: ['proxy'],
    title: 'a rival during a fault of the line: one id wins, and nobody is told another',
    why: 'Clients resend what they are not sure of; the second copy must not win against the first.',
    run: (context) =>
      throughProxy(context, async ({ proxy, open }) => {
        const rival = await context.open()
        const run = newRun(context)
        for (const kind of CUTS) {
          const hits = await atEveryRequest(proxy, { kind }, async (arm, request) => {
            context.signal.throwIfAborted()
            const stores = await open()
            const key = `${kind} ${request}`
            await stores.facts.get(run, key)
            const armed = arm()
            const results = await Promise.all([
              settle(stores.facts.bindIfUnset(run, key, idOf('own'))),
              settle(rival.facts.bindIfUnset(run, key, idOf('rival'))),
            ])
            armed.disarm()
            const winner = await rival.facts.get(run, key)
            for (const result of results) {
              requireDoneOrRetryable(result)
              const told = result.status === 'fulfilled' ? result.value.artifactId : winner
              assert.equal(told, winner, `${key}: somebody was told another winner`)
            }
            const claims = results.filter(
              (result) => result.status === 'fulfilled' && result.value.inserted,
            )
            assert.ok(claims.length <= 1, `${key}: two were told that they won`)
            await stores.close()
          })
          assert.ok(hits > 0, 'a bind goes through the proxy in no request')
        }
      }),
  },
  {
    id: 'FI-11c',
    subject: 'facts',
    level: 3,
    needs: ['proxy'],
    title: 'an unbind during a fault of the line removes its own binding or nothing',
    why: 'A copy of an unbind that arrives late must not take what another has bound since.',
    run: (context) =>
      throughProxy(context, async ({ proxy, open }) => {
        const rival = await context.open()
        const run = newRun(context)
        for (const kind of CUTS) {
          await atEveryRequest(proxy, { kind }, async (arm, request) => {
            context.signal.throwIfAborted()
            const stores = await open()
            const key = `${kind} ${request}`
            await stores.facts.bindIfUnset(run, key, idOf('own'))
            const armed = arm()
            const result = await settle(stores.facts.unbindIfMatches(run, key, idOf('own')))
            armed.disarm()
            requireDoneOrRetryable(result)
            const { artifactId } = await rival.facts.bindIfUnset(run, key, idOf('rival'))
            const removed = result.status === 'fulfilled' && result.value
            assert.ok(!removed || artifactId === idOf('rival'), `${key}: it was not removed`)
            await stores.facts.unbindIfMatches(run, key, idOf('nobody'))
            assert.equal(await rival.facts.get(run, key), artifactId)
            await stores.close()
          })
        }
      }),
  },
  {
    id: 'FI-22',
    subject: 'facts',
    level: 3,
    needs: ['proxy'],
    title:
      'with the server down calls fail in time, and nothing of them is written when it is back',
    why: 'A queue that is sent after the deadline writes what its caller has long given up.',
    run: (context) =>
      throughProxy(context, async ({ proxy, open }) => {
        const direct = await context.open()
        const { facts } = await open({ callMillis: CALL_MILLIS })
        const run = newRun(context)
        await facts.bindIfUnset(run, 'connected', idOf('connected'))
        await proxy.goDown()
        const keys = upTo(40).map((index) => `while it was down ${index}`)
        const calls = keys.map((key) => settle(facts.bindIfUnset(run, key, idOf(key))))
        const results = await within(CALL_MILLIS + GRACE_MILLIS, Promise.all(calls))
        assert.notEqual(results, 'late', 'calls hang while the server is down')
        for (const result of await Promise.all(calls)) {
          assert.equal(result.status, 'rejected')
          requireDoneOrRetryable(result)
        }
        await proxy.comeUp()
        await recovered(facts, run, context.signal)
        // What was queued is on its way as soon as the server is back; nothing tells that there is none.
        await delay(CALL_MILLIS, undefined, { signal: context.signal })
        await requireUnbound(direct.facts, run, keys)
        const binding = await facts.bindIfUnset(run, 'afterwards', idOf('afterwards'))
        assert.equal(binding.inserted, true)
      }),
  },
]
