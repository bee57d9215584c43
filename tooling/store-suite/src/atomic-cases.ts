import assert from 'node:assert/strict'
import type { AtomicBatch, AtomicRecorder, NewArtifact, Stores } from '@mfm/core-types'
import { outcomes, rejection } from './expecting.ts'
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
} from './samples.ts'
import type { StoreCase } from './store-case.ts'

function artifact(text: string): NewArtifact {
  return { kind: 'fact_payload', id: idOf(text), bytes: bytesOf(text) }
}

function recorderOf({ atomic }: Stores): AtomicRecorder {
  assert.ok(atomic !== undefined, 'the store has no atomic recorder')
  return atomic
}

export const ATOMIC_CASES: readonly StoreCase[] = [
  {
    id: 'ES-39',
    title: 'artifacts, bindings and events of a commit are all there',
    run: async ({ open }) => {
      const stores = await open()
      const run = newRun()
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
        assert.equal(await recorderOf(stores).recordAtomically(run, head, batch), head + 2)
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
    id: 'ES-39',
    title: 'a refused commit leaves nothing, whatever refuses it',
    run: async ({ open }) => {
      const stores = await open({ payloadBytes: 10_000 })
      const atomic = recorderOf(stores)
      const run = newRun()
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
    id: 'ES-39',
    title: 'a conflict of keys names the key, what it is bound to and what was given',
    run: async ({ open }) => {
      const stores = await open()
      const run = newRun()
      await stores.facts.bindIfUnset(run, 'k', idOf('a'))
      const bindings = [{ key: 'k', artifactId: idOf('b') }]
      const error = await rejection(
        recorderOf(stores).recordAtomically(run, 0, { artifacts: [], bindings, events: [] }),
        'fact_binding_conflict',
      )
      const { key, bound, given } = Object(error.details)
      assert.deepEqual({ key, bound, given }, { key: 'k', bound: idOf('a'), given: idOf('b') })
    },
  },
  {
    id: 'ES-39',
    title: 'a commit may repeat what is stored, and may hold parts only',
    run: async ({ open }) => {
      const stores = await open()
      const atomic = recorderOf(stores)
      const run = newRun()
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
    id: 'ES-39',
    title: 'a fact event by itself binds no key',
    run: async ({ open }) => {
      const stores = await open()
      const run = newRun()
      const events = envelopes({ run }, [factEvent('k', idOf('a'))])
      await recorderOf(stores).recordAtomically(run, 0, { artifacts: [], bindings: [], events })
      assert.equal(await stores.facts.get(run, 'k'), undefined)
      assert.equal((await stores.facts.bindIfUnset(run, 'k', idOf('b'))).inserted, true)
    },
  },
  {
    id: 'AS-16',
    title: 'a buffer that changes during a commit changes nothing stored',
    run: async ({ open }) => {
      const stores = await open()
      const run = newRun()
      const changing = artifact('before')
      const bindings = [{ key: 'k', artifactId: changing.id }]
      const artifacts = [changing]
      const recording = recorderOf(stores).recordAtomically(run, 0, {
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
    id: 'ES-22',
    title: 'of 32 concurrent commits with one expected head exactly one is there',
    run: async ({ open }) => {
      const stores = await open()
      const run = newRun()
      const codes = await outcomes(
        upTo(32).map((writer) => {
          const payload = artifact(`writer ${writer}`)
          return recorderOf(stores).recordAtomically(run, 0, {
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
