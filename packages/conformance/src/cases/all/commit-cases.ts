import assert from 'node:assert/strict'
import type { AtomicBatch, NewArtifact } from '@mfm/core-types'
import type { ConformanceCase } from '../../case.ts'
import { outcomes, rejection } from '../support/expecting.ts'
import {
  bytesOf,
  collect,
  counted,
  domainEvent,
  envelopes,
  factEvent,
  idOf,
  newRun,
  seqsOf,
  upTo,
} from '../support/samples.ts'

function artifact(text: string): NewArtifact {
  return { kind: 'fact_payload', id: idOf(text), bytes: bytesOf(text) }
}

export const COMMIT_CASES: readonly ConformanceCase<'all'>[] = [
  {
    id: 'ES-39',
    subject: 'all',
    level: 0,
    title: 'artifacts, bindings and events of a commit are all there',
    why: 'One commit for each fact is what makes recording fast; it must lose no part.',
    run: async (context) => {
      const stores = await context.open()
      const run = newRun(context)
      let head = 0
      for (const size of [10, 511, 600, 5000, 200_000]) {
        const [payload, request] = [
          artifact(`p${'x'.repeat(size)}`),
          artifact(`r${'y'.repeat(size)}`),
        ]
        const keys = [`key ${size}`, `other ${size}`]
        const events = envelopes({ run, after: head }, [
          factEvent(`key ${size}`, payload.id),
          domainEvent(size),
        ])
        const batch: AtomicBatch = {
          artifacts: [payload, request, payload],
          bindings: keys.map((key) => ({ key, artifactId: payload.id })),
          events,
        }
        assert.equal(await stores.atomic.recordAtomically(run, head, batch), head + 2)
        head += 2
        assert.deepEqual(await collect(stores.events.read(run, { from: head - 1 })), events)
        for (const key of keys) assert.equal(await stores.facts.get(run, key), payload.id)
        for (const { id, bytes } of [payload, request]) {
          assert.equal(Buffer.compare(await stores.artifacts.get(id), bytes), 0)
        }
      }
      assert.deepEqual(await seqsOf(stores.events, run), upTo(10))
      assert.equal((await collect(stores.facts.entries(run))).length, 10)
    },
  },
  {
    id: 'ES-39b',
    subject: 'all',
    level: 0,
    title: 'a refused commit leaves nothing, whatever refuses it',
    why: 'A binding without its event is a fact that a resumed run takes for recorded, and the stream denies.',
    run: async (context) => {
      const stores = await context.open({ payloadBytes: 10_000 })
      const atomic = stores.atomic
      const run = newRun(context)
      const first = artifact('first')
      await atomic.recordAtomically(run, 0, {
        artifacts: [first],
        bindings: [{ key: 'bound', artifactId: first.id }],
        events: counted({ run }, 1),
      })
      const good = counted({ run, after: 1 }, 2)
      const nan = envelopes({ run, after: 1 }, [domainEvent('ok'), domainEvent(1)]).map(
        (envelope, index) =>
          index === 1
            ? { ...envelope, event: { ...envelope.event, payload: [Number.NaN] } as never }
            : envelope,
      )
      const lost = [artifact('lost'), artifact('lost as well')]
      const keep = [{ key: 'fresh', artifactId: lost[0]?.id ?? idOf('') }]
      const conflict = [...keep, { key: 'bound', artifactId: idOf('another') }]
      const twice = [...keep, { key: 'fresh', artifactId: idOf('another') }]
      const large = [...lost, artifact('x'.repeat(10_001))]
      const tries: [string, number, AtomicBatch][] = [
        [
          'event_store_concurrency',
          0,
          { artifacts: lost, bindings: keep, events: counted({ run }, 1) },
        ],
        [
          'event_append_invalid',
          1,
          { artifacts: lost, bindings: keep, events: counted({ run }, 2) },
        ],
        ['json_not_representable', 1, { artifacts: lost, bindings: keep, events: nan }],
        ['fact_binding_conflict', 1, { artifacts: lost, bindings: conflict, events: good }],
        ['fact_binding_conflict', 1, { artifacts: lost, bindings: twice, events: good }],
        ['payload_too_large', 1, { artifacts: large, bindings: keep, events: good }],
      ]
      for (const [code, expected, batch] of tries) {
        assert.deepEqual(await outcomes([atomic.recordAtomically(run, expected, batch)]), [code])
        assert.equal(await stores.events.headSeq(run), 1)
        assert.deepEqual(await collect(stores.facts.entries(run)), [['bound', first.id]])
        for (const { id } of lost) assert.equal(await stores.artifacts.exists(id), false)
      }
    },
  },
  {
    id: 'ES-39c',
    subject: 'all',
    level: 0,
    title: 'a conflict of keys names the key, what it is bound to and what was given',
    why: 'The writer settles a conflict by these three and by nothing else.',
    run: async (context) => {
      const stores = await context.open()
      const run = newRun(context)
      await stores.facts.bindIfUnset(run, 'k', idOf('a'))
      const bindings = [{ key: 'k', artifactId: idOf('b') }]
      const error = await rejection(
        stores.atomic.recordAtomically(run, 0, { artifacts: [], bindings, events: [] }),
        'fact_binding_conflict',
      )
      const { key, bound, given } = Object(error.details)
      assert.deepEqual({ key, bound, given }, { key: 'k', bound: idOf('a'), given: idOf('b') })
    },
  },
  {
    id: 'ES-39d',
    subject: 'all',
    level: 0,
    title: 'a commit may repeat what is stored, and may hold parts only',
    why: 'Puts and binds are idempotent, so a commit that was half recorded by plain calls can be repeated.',
    run: async (context) => {
      const stores = await context.open()
      const atomic = stores.atomic
      const run = newRun(context)
      const same = artifact('same'.repeat(400))
      const bindings = [{ key: 'k', artifactId: same.id }]
      await stores.artifacts.put('fact_payload', same.bytes)
      await stores.facts.bindIfUnset(run, 'k', same.id)
      const empty = { artifacts: [], bindings: [], events: [] }
      assert.equal(await atomic.recordAtomically(run, 0, empty), 0)
      assert.equal(await atomic.recordAtomically(run, 0, { ...empty, artifacts: [same] }), 0)
      assert.equal(await atomic.recordAtomically(run, 0, { ...empty, bindings }), 0)
      const events = envelopes({ run }, [factEvent('k', same.id)])
      assert.equal(
        await atomic.recordAtomically(run, 0, { artifacts: [same], bindings, events }),
        1,
      )
      assert.deepEqual(await collect(stores.facts.entries(run)), [['k', same.id]])
      assert.deepEqual(await collect(stores.events.read(run)), events)
    },
  },
  {
    id: 'ES-39e',
    subject: 'all',
    level: 0,
    title: 'a fact event by itself binds no key',
    why: 'The stream and the index are two things; what binds is the list of bindings.',
    run: async (context) => {
      const stores = await context.open()
      const run = newRun(context)
      const events = envelopes({ run }, [factEvent('k', idOf('a'))])
      await stores.atomic.recordAtomically(run, 0, { artifacts: [], bindings: [], events })
      assert.equal(await stores.facts.get(run, 'k'), undefined)
      assert.equal((await stores.facts.bindIfUnset(run, 'k', idOf('b'))).inserted, true)
    },
  },
  {
    id: 'ES-39f',
    subject: 'all',
    level: 0,
    title: 'a buffer that changes during a commit changes nothing stored',
    why: 'Callers reuse buffers. Bytes that differ from their address are corruption.',
    run: async (context) => {
      const stores = await context.open()
      const run = newRun(context)
      const changing = artifact('before')
      const bindings = [{ key: 'k', artifactId: changing.id }]
      const artifacts = [changing]
      const recording = stores.atomic.recordAtomically(run, 0, {
        artifacts,
        bindings,
        events: [],
      })
      changing.bytes.fill(0)
      artifacts.pop()
      bindings.pop()
      await recording
      assert.equal(Buffer.from(await stores.artifacts.get(idOf('before'))).toString(), 'before')
      assert.equal(await stores.facts.get(run, 'k'), idOf('before'))
    },
  },
  {
    id: 'ES-39g',
    subject: 'all',
    level: 2,
    title: 'of 32 concurrent commits with one expected head exactly one is there',
    why: 'Two writers of one run are fenced by the head alone, with everything they bring.',
    run: async (context) => {
      const stores = await context.open()
      const run = newRun(context)
      const codes = await outcomes(
        upTo(32).map((writer) => {
          const payload = artifact(`writer ${writer}`)
          return stores.atomic.recordAtomically(run, 0, {
            artifacts: [payload],
            bindings: [{ key: `key ${writer}`, artifactId: payload.id }],
            events: envelopes({ run }, [domainEvent(writer)]),
          })
        }),
      )
      const winner = codes.indexOf('ok') + 1
      assert.equal(codes.filter((code) => code === 'event_store_concurrency').length, 31)
      assert.deepEqual(await collect(stores.facts.entries(run)), [
        [`key ${winner}`, idOf(`writer ${winner}`)],
      ])
      for (const writer of upTo(32)) {
        assert.equal(await stores.artifacts.exists(idOf(`writer ${writer}`)), writer === winner)
      }
    },
  },
]
