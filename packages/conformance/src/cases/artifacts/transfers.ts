import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { ArtifactId } from '@mfm/core-types'
import type { CaseContext, ConformanceCase } from '../../case.ts'
import { atEveryRequest } from '../../faults/at-every-request.ts'
import type { FaultProxy } from '../../faults/fault-proxy.ts'
import { throughProxy } from '../../faults/through-proxy.ts'
import { bytesOf, idOf } from '../support/samples.ts'
import { requireDoneOrRetryable, settle } from '../support/settled.ts'
import { lastingLeftovers } from './moments.ts'
import { assertSame, assertStored, independentId, patterned } from './sample-bytes.ts'

/** Requests, replies and handshakes of calls that move no body stay far below it. */
const NO_BODY_BYTES = 100_000

const LARGE = 1_000_000
/** A deadline that ends what is repeated in vain. */
const CALL_MILLIS = 3000
/** So long that no operating system takes all of it from its writer before the other side has read most of it. */
const UNBUFFERED = 8 * 2 ** 20
/** At this rate the large one takes about two seconds. */
const SLOW = { kind: 'slow', bytesPerSecond: 500_000 } as const

/** Resolves when so many bytes have gone to the server since the count was taken. */
async function sent(
  proxy: FaultProxy,
  since: number,
  bytes: number,
  signal: AbortSignal,
): Promise<void> {
  while (proxy.traffic.toServer < since + bytes) await delay(5, undefined, { signal })
}

interface SlowUpload {
  readonly id: ArtifactId
  readonly bytes: Uint8Array
  readonly abort: AbortController
  readonly settled: Promise<PromiseSettledResult<ArtifactId>>
  /** Lets the rest of it pass at full speed. */
  hurry(): void
}

/** Puts an artifact through a slow line, and lets somebody act while it is under way. */
async function duringUpload(
  context: CaseContext<'artifacts'>,
  size: number,
  act: (upload: SlowUpload) => Promise<void>,
): Promise<void> {
  await throughProxy(context, async ({ proxy, open }) => {
    const { artifacts } = await open()
    await artifacts.exists(idOf('connected'))
    const bytes = patterned(size, 11)
    const armed = proxy.arm(SLOW, { times: Number.POSITIVE_INFINITY })
    const abort = new AbortController()
    const { toServer } = proxy.traffic
    const settled = settle(artifacts.put('attachment', bytes, { signal: abort.signal }))
    await sent(proxy, toServer, LARGE / 5, context.signal)
    assert.ok(armed.fired > 0, 'nothing was slow')
    const hurry = (): void => armed.disarm()
    await act({ id: independentId(bytes), bytes, abort, settled, hurry })
    hurry()
  })
}

export const TRANSFERS: readonly ConformanceCase<'artifacts'>[] = [
  {
    id: 'AS-08b',
    subject: 'artifacts',
    level: 3,
    needs: ['proxy'],
    title: 'malformed ids and kinds never reach the server',
    why: 'What reaches the server is in its logs, its paths and its statements.',
    run: (context) =>
      throughProxy(context, async ({ proxy, open }) => {
        const { artifacts } = await open()
        await artifacts.put('output', bytesOf('connected'))
        const before = proxy.traffic.requests
        for (const id of ['', '../x', 'A'.repeat(64), 'a'.repeat(65)]) {
          const calls = [artifacts.get(id as ArtifactId), artifacts.exists(id as ArtifactId)]
          for (const call of calls) await assert.rejects(call, { code: 'invalid_id' })
        }
        await assert.rejects(artifacts.put('a\r\nb', bytesOf('x')), { code: 'invalid_id' })
        assert.equal(proxy.traffic.requests, before)
        await artifacts.get(idOf('connected'))
        assert.ok(proxy.traffic.requests > 0, 'nothing goes through the proxy')
      }),
  },
  {
    id: 'AS-09',
    subject: 'artifacts',
    level: 3,
    needs: ['proxy'],
    title: 'exists moves no body',
    why: 'It is asked before every put; to read what is asked about doubles the traffic.',
    run: (context) =>
      throughProxy(context, async ({ proxy, open }) => {
        const { artifacts } = await context.open()
        const id = await artifacts.put('attachment', patterned(LARGE))
        const proxied = await open()
        const before = proxy.traffic
        assert.equal(await proxied.artifacts.exists(id), true)
        const moved = proxy.traffic.toClient - before.toClient
        assert.ok(moved > 0, 'nothing goes through the proxy')
        assert.ok(moved < NO_BODY_BYTES, `exists moved ${moved} bytes`)
        await assertStored(proxied.artifacts, id, patterned(LARGE))
      }),
  },
  {
    id: 'AS-12',
    subject: 'artifacts',
    level: 3,
    needs: ['proxy'],
    title: 'a body that is cut is an error that says so, or is read again; never short bytes',
    why: 'A connection that ends early looks like the end of the body to a careless reader.',
    run: (context) =>
      throughProxy(context, async ({ proxy, open }) => {
        const { artifacts } = await context.open()
        const id = await artifacts.put('attachment', patterned(LARGE))
        for (const times of [1, Number.POSITIVE_INFINITY]) {
          const proxied = await open({ callMillis: CALL_MILLIS })
          const armed = proxy.arm({ kind: 'half_body', bytes: LARGE / 2 }, { times })
          const result = await settle(proxied.artifacts.get(id))
          armed.disarm()
          assert.ok(armed.fired > 0, 'no body was cut')
          requireDoneOrRetryable(result)
          const isWhole = result.status === 'fulfilled'
          assert.ok(!isWhole || times === 1, 'it cannot have read a whole body')
          if (isWhole) assertSame(result.value, patterned(LARGE))
          await assertStored(proxied.artifacts, id, patterned(LARGE))
        }
      }),
  },
  {
    id: 'AS-13',
    subject: 'artifacts',
    level: 3,
    needs: ['proxy'],
    title: 'an artifact is not there before its upload is over, and another put of it may overtake',
    why: 'A reader that finds half an upload finds damage that is none.',
    run: async (context) => {
      const { artifacts } = await context.open()
      await duringUpload(context, LARGE, async ({ id, bytes, settled }) => {
        assert.equal(await artifacts.exists(id), false)
        assert.equal(await artifacts.put('output', bytes), id)
        await assertStored(artifacts, id, bytes)
        const result = await settled
        if (result.status === 'rejected') throw result.reason
        assert.equal(result.value, id)
        await assertStored(artifacts, id, bytes)
      })
    },
  },
  {
    id: 'AS-14b',
    subject: 'artifacts',
    level: 3,
    needs: ['proxy', 'backdoor.leftovers'],
    title: 'an upload that is aborted half way leaves nothing',
    why: 'Servers keep unfinished uploads, and send the bill.',
    run: async (context) => {
      const { artifacts } = await context.open()
      const size = Math.min(context.harness.limits?.artifactBytes ?? UNBUFFERED, UNBUFFERED)
      await duringUpload(context, size, async ({ id, bytes, abort, settled, hurry }) => {
        const reason = new Error('enough')
        abort.abort(reason)
        const result = await settled
        assert.equal(result.status === 'rejected' && result.reason, reason)
        hurry()
        assert.deepEqual(await lastingLeftovers(context), [])
        const isThere = await artifacts.exists(id)
        assert.ok(!isThere || size < UNBUFFERED, 'the upload went on')
        assert.equal(await artifacts.put('output', bytes), id)
        await assertStored(artifacts, id, bytes)
      })
    },
  },
  {
    id: 'AS-21',
    subject: 'artifacts',
    level: 3,
    needs: ['proxy'],
    title: 'a put whose reply is lost succeeds, or fails so that repeating it does',
    why: 'The first try has stored it; a client that then hears “exists” must not call that a failure.',
    run: (context) =>
      throughProxy(context, async ({ proxy, open }) => {
        const direct = await context.open()
        let hits = 0
        for (const kind of ['cut_after', 'cut_before', 'reset'] as const) {
          hits += await atEveryRequest(proxy, { kind }, async (arm, request) => {
            context.signal.throwIfAborted()
            const stores = await open()
            const { artifacts } = stores
            const text = `${kind} at request ${request}`
            await artifacts.put('output', bytesOf(`connected before ${text}`))
            const armed = arm()
            const result = await settle(artifacts.put('output', bytesOf(text)))
            armed.disarm()
            requireDoneOrRetryable(result)
            assert.equal(await artifacts.put('output', bytesOf(text)), idOf(text))
            await assertStored(direct.artifacts, idOf(text), bytesOf(text))
            await stores.close()
          })
        }
        assert.ok(hits >= 3, 'a put goes through the proxy in no request')
        context.note(`${hits} requests of puts were cut`)
      }),
  },
]
