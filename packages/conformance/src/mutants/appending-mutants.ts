import { setImmediate } from 'node:timers/promises'
import type { EventEnvelope, RunId } from '@mfm/core-types'
import { hasCode, MfmError } from '@mfm/errors'
import type { Mutant } from './mutant.ts'

/** The same events, numbered from another head. */
function renumbered(events: readonly EventEnvelope[], head: number): EventEnvelope[] {
  return events.map((envelope, index) => ({ ...envelope, seq: head + index + 1 }))
}

/** Event stores that are wrong about what they are given. */
export const APPENDING_MUTANTS: readonly Mutant[] = [
  {
    name: 'lost-update',
    flaw: 'appends at whatever head it finds, not at the one that was expected',
    killedBy: 'ES-22',
    events: (events) => ({
      append: async (run, _expected, given, options) => {
        for (;;) {
          const head = await events.headSeq(run, options)
          try {
            return await events.append(run, head, renumbered(given, head), options)
          } catch (error) {
            if (!hasCode(error, 'event_store_concurrency')) throw error
          }
        }
      },
    }),
  },
  {
    name: 'last-write-wins',
    flaw: 'replaces events that are there by those of a late writer',
    killedBy: 'ES-03',
    events: (events) => {
      const replaced = new Map<string, EventEnvelope>()
      return {
        append: async (run, expected, given, options) => {
          const head = await events.headSeq(run, options)
          if (head <= expected) return await events.append(run, expected, given, options)
          for (const envelope of given) replaced.set(`${run} ${envelope.seq}`, envelope)
          return Math.max(head, expected + given.length)
        },
        read: async function* (run, range, options) {
          for await (const envelope of events.read(run, range, options)) {
            yield replaced.get(`${run} ${envelope.seq}`) ?? envelope
          }
        },
      }
    },
  },
  {
    name: 'conflict-as-success',
    flaw: 'answers a conflict with the head that is there',
    killedBy: 'ES-03',
    events: (events) => ({
      append: (run, expected, given, options) =>
        events.append(run, expected, given, options).catch((error: unknown) => {
          if (hasCode(error, 'event_store_concurrency')) return events.headSeq(run)
          throw error
        }),
    }),
  },
  {
    name: 'conflict-without-heads',
    flaw: 'does not say which head it found',
    killedBy: 'ES-03',
    events: (events) => ({
      append: (run, expected, given, options) =>
        events.append(run, expected, given, options).catch((error: unknown) => {
          throw hasCode(error, 'event_store_concurrency')
            ? new MfmError('event_store_concurrency')
            : error
        }),
    }),
  },
  {
    name: 'burnt-number',
    flaw: 'leaves a number out after a refused append',
    killedBy: 'ES-09',
    events: (events) => {
      const burnt = new Map<RunId, number>()
      const moved = (envelope: EventEnvelope): EventEnvelope => ({
        ...envelope,
        seq: envelope.seq + (burnt.get(envelope.runId) ?? 0),
      })
      return {
        append: (run, expected, given, options) =>
          events.append(run, expected, given, options).catch((error: unknown) => {
            burnt.set(run, (burnt.get(run) ?? 0) + 1)
            throw error
          }),
        read: async function* (run, range, options) {
          for await (const envelope of events.read(run, range, options)) yield moved(envelope)
        },
      }
    },
  },
  {
    name: 'torn-batch',
    flaw: 'keeps the events before the one that cannot be stored',
    killedBy: 'ES-06',
    events: (events) => ({
      append: async (run, expected, given, options) => {
        if (!Array.isArray(given)) return await events.append(run, expected, given, options)
        if (given.length === 0) return await events.append(run, expected, given, options)
        let head = expected
        for (const envelope of given) head = await events.append(run, head, [envelope], options)
        return head
      },
    }),
  },
  {
    name: 'batch-in-parts',
    flaw: 'shows a batch event by event while it is being written',
    killedBy: 'ES-25',
    events: (events) => ({
      append: async (run, expected, given, options) => {
        let head = expected
        for (const envelope of given) {
          head = await events.append(run, head, [envelope], options)
          await setImmediate()
        }
        return head
      },
    }),
  },
  {
    name: 'head-before-events',
    flaw: 'tells of a head whose events cannot be read yet',
    killedBy: 'ES-25',
    events: (events) => {
      const announced = new Map<RunId, number>()
      return {
        headSeq: async (run, options) =>
          Math.max(await events.headSeq(run, options), announced.get(run) ?? 0),
        append: async (run, expected, given, options) => {
          const head = await events.headSeq(run)
          if (head === expected) announced.set(run, head + given.length)
          await setImmediate()
          return await events.append(run, expected, given, options)
        },
      }
    },
  },
  {
    name: 'interleaved-batches',
    flaw: 'splits a large batch, so that another writer gets between its halves',
    killedBy: 'ES-07',
    events: (events) => ({
      append: async (run, expected, given, options) => {
        if (given.length < 2) return await events.append(run, expected, given, options)
        const half = Math.floor(given.length / 2)
        await events.append(run, expected, given.slice(0, half), options)
        await setImmediate()
        const head = await events.headSeq(run)
        return await events.append(run, head, renumbered(given.slice(half), head), options)
      },
    }),
  },
  {
    name: 'head-before-envelopes',
    flaw: 'looks at the head before it looks at the envelopes',
    killedBy: 'ES-05',
    events: (events) => ({
      append: async (run, expected, given, options) => {
        const actual = await events.headSeq(run, options)
        if (actual !== expected) {
          throw new MfmError('event_store_concurrency', {
            details: { runId: run, expected, actual },
          })
        }
        return await events.append(run, expected, given, options)
      },
    }),
  },
  {
    name: 'empty-append-unchecked',
    flaw: 'takes an empty append for no append, at any head',
    killedBy: 'ES-08',
    events: (events) => ({
      append: async (run, expected, given, options) =>
        given.length === 0 ? expected : await events.append(run, expected, given, options),
    }),
  },
  {
    name: 'limit-off-by-one',
    flaw: 'refuses a payload of exactly the limit',
    killedBy: 'ES-34',
    harness: ({ open }) => ({
      open: (scope, options = {}) => {
        const { payloadBytes } = options
        return open(scope, {
          ...options,
          payloadBytes: payloadBytes === undefined ? undefined : payloadBytes - 1,
        })
      },
    }),
  },
  {
    name: 'resend-appends-twice',
    flaw: 'takes a repeated append for a new one and numbers it anew',
    killedBy: 'ES-13',
    events: (events) => ({
      append: (run, expected, given, options) =>
        events.append(run, expected, given, options).catch(async (error: unknown) => {
          if (!hasCode(error, 'event_store_concurrency')) throw error
          const head = await events.headSeq(run)
          return await events.append(run, head, renumbered(given, head), options)
        }),
    }),
  },
  {
    name: 'aliased-input',
    flaw: 'keeps the envelopes of the caller',
    killedBy: 'ES-20',
    events: (events) => {
      const kept = new Map<RunId, EventEnvelope[]>()
      return {
        append: async (run, expected, given, options) => {
          const head = await events.append(run, expected, given, options)
          kept.set(run, [...(kept.get(run) ?? []), ...given])
          return head
        },
        read: async function* (run, range, options) {
          for await (const { seq } of events.read(run, range, options)) {
            const envelope = kept.get(run)?.[seq - 1]
            if (envelope !== undefined) yield envelope
          }
        },
      }
    },
  },
]
