import { connect } from 'node:net'
import { sha256 } from '@mfm/canonical-json'
import type { EventEnvelope, RunId } from '@mfm/core-types'
import { eventEnvelopeSchema } from '@mfm/core-types'
import { hasCode, isMfmError, MfmError } from '@mfm/errors'
import type { EventMutant } from './event-harness.fixture.ts'
import type { Row } from './event-server.fixture.ts'
import type { WireEventStore } from './event-store.fixture.ts'
import { SOUND_EVENT_HABITS } from './event-store.fixture.ts'
import type { WireClient } from './wire-client.fixture.ts'

type Append = WireEventStore['append']

/** An append that does `instead` where nobody knows its outcome. */
function whenUnknown(
  sound: WireEventStore,
  instead: (error: unknown, ...given: Parameters<Append>) => Promise<number>,
): Append {
  const append = sound.append.bind(sound)
  return (...given) =>
    append(...given).catch((error) => {
      if (!hasCode(error, 'store_outcome_unknown')) throw error
      return instead(error, ...given)
    })
}

function renumbered(events: readonly EventEnvelope[], head: number): EventEnvelope[] {
  return events.map((envelope, index) => ({ ...envelope, seq: head + index + 1 }))
}

/** Makes a client fail where it would try again. */
function neverRetry(client: WireClient): void {
  const ask = client.ask.bind(client)
  client.ask = (question) => ask({ ...question, isIdempotent: false })
}

function parsed(row: Row | undefined): EventEnvelope {
  return eventEnvelopeSchema.parse(JSON.parse(row?.text ?? ''))
}

const LINE: readonly EventMutant[] = [
  {
    flaw: 'calls a lost reply a failure',
    killedBy: 'ES-29',
    events: (sound) => ({
      append: whenUnknown(sound, async (cause) => {
        throw new MfmError('store_unavailable', { cause })
      }),
    }),
  },
  {
    flaw: 'calls a reply that was cut short a failure',
    killedBy: 'ES-29b',
    events: (sound) => ({
      append: whenUnknown(sound, async (cause) => {
        throw new MfmError('store_unavailable', { cause })
      }),
    }),
  },
  {
    flaw: 'takes a lost reply for a success',
    killedBy: 'ES-30',
    events: (sound) => ({
      append: whenUnknown(
        sound,
        async (_error, _run, expected, events) => expected + events.length,
      ),
    }),
  },
  {
    flaw: 'lets the error of its client out',
    killedBy: 'ES-30b',
    events: (sound) => ({
      append: whenUnknown(sound, async (error) => {
        throw Object(error).cause
      }),
    }),
  },
  {
    flaw: 'appends again at the new head',
    killedBy: 'ES-31',
    events: (sound) => {
      const append = sound.append.bind(sound)
      const again: Append = whenUnknown(sound, async (_error, run, _expected, events) => {
        const head = await sound.headSeq(run)
        return await append(run, head, renumbered(events, head))
      })
      return { append: again }
    },
  },
  {
    flaw: 'appends again and believes the conflict with itself',
    killedBy: 'ES-24b',
    events: (sound) => {
      const append = sound.append.bind(sound)
      return { append: whenUnknown(sound, (_error, ...given) => append(...given)) }
    },
  },
  {
    flaw: 'takes what it has read for the whole',
    killedBy: 'ES-31b',
    client: neverRetry,
    events: (sound) => {
      const read = sound.read.bind(sound)
      return {
        read: async function* (...given) {
          try {
            yield* read(...given)
          } catch (error) {
            if (!(isMfmError(error) && error.retryable)) throw error
          }
        },
      }
    },
  },
  { flaw: 'waits for a server that is down', killedBy: 'ES-32', callMillis: 8000 },
  { flaw: 'waits for a server that is silent', killedBy: 'ES-32b', callMillis: 8000 },
  { flaw: 'waits for a slow line', killedBy: 'ES-32c', callMillis: 8000 },
  {
    flaw: 'keeps what it could not send for later',
    killedBy: 'ES-32',
    events: (sound) => {
      const append = sound.append.bind(sound)
      const later = async (...given: Parameters<Append>): Promise<number> =>
        await append(...given).catch((error) => {
          if (!(isMfmError(error) && error.retryable)) throw error
          setTimeout(() => void later(...given).catch(() => undefined), 1)
          throw error
        })
      return { append: later }
    },
  },
]

const DAMAGE: readonly EventMutant[] = [
  {
    flaw: 'believes what it reads',
    killedBy: 'ES-33',
    habits: { decode: (_run, _seq, row) => parsed(row) },
  },
  {
    flaw: 'calls what it cannot parse by another name',
    killedBy: 'ES-33b',
    habits: { decode: (_run, _seq, row) => parsed(row) },
  },
  {
    flaw: 'skips what is missing',
    killedBy: 'ES-33c',
    habits: {
      decode: (run, _seq, row) => SOUND_EVENT_HABITS.decode(run, row?.seq ?? 0, row),
    },
  },
  {
    flaw: 'checks each event alone',
    killedBy: 'ES-33d',
    habits: {
      digest: (_run, _seq, text) => sha256(text),
      decode: (_run, _seq, row) => {
        if (row === undefined || sha256(row.text) !== row.digest) throw new Error('damaged')
        return parsed(row)
      },
    },
  },
  {
    flaw: 'leaves the link out of its digest',
    killedBy: 'ES-33e',
    habits: {
      digest: (run, _seq, text) => digestWithoutLink(run, text),
      decode: (run, seq, row) => {
        const isWhole = row?.seq === seq && digestWithoutLink(run, row.text) === row.digest
        if (isWhole) return parsed(row)
        throw new MfmError('event_store_corruption', { details: { runId: run, seq } })
      },
    },
  },
  {
    flaw: 'counts in 32 bits',
    killedBy: 'ES-36',
    events: (sound) => {
      const headSeq = sound.headSeq.bind(sound)
      return { headSeq: async (run) => (await headSeq(run)) | 0 }
    },
  },
  {
    flaw: 'counts refusals beside the stream',
    killedBy: 'ES-04b',
    events: (sound, server) => {
      const append = sound.append.bind(sound)
      const counting: Append = (run, ...given) =>
        append(run, ...given).catch((error) => {
          server.stream(sound.scope, run).refusals++
          throw error
        })
      return { append: counting }
    },
  },
]

function digestWithoutLink(run: RunId, text: string): string {
  return sha256(`${run} ${text.replace(/"prev":(null|"[0-9a-f]{64}")/, '')}`)
}

const FOLLOWING: readonly EventMutant[] = [
  {
    flaw: 'goes on from the head when its connection is back',
    killedBy: 'ES-38d',
    callMillis: 50,
    client: neverRetry,
    events: (sound) => ({
      watch: async function* (run, from, options): AsyncGenerator<EventEnvelope, never> {
        for (let next = Math.max(from ?? 1, 1); ; ) {
          try {
            for await (const envelope of sound.read(run, { from: next }, options)) {
              yield envelope
              next = envelope.seq + 1
            }
          } catch (error) {
            if (!(isMfmError(error) && error.retryable)) throw error
            next = (await sound.headSeq(run, options).catch(() => next - 1)) + 1
          }
        }
      },
    }),
  },
  {
    flaw: 'remembers a head',
    killedBy: 'ES-24',
    events: (sound) => {
      const heads = new Map<RunId, number>()
      const headSeq = sound.headSeq.bind(sound)
      return {
        headSeq: async (run) => {
          const head = heads.get(run) ?? (await headSeq(run))
          heads.set(run, head)
          return head
        },
      }
    },
  },
  {
    flaw: 'holds a connection for each reading',
    killedBy: 'ES-35d',
    events: (sound, server) => {
      const read = sound.read.bind(sound)
      return {
        read: async function* (...given) {
          const held = connect(server.port, '127.0.0.1')
          await new Promise((resolve) => held.once('connect', resolve))
          yield* read(...given)
          held.destroy()
        },
      }
    },
  },
]

/** Flaws that a memory store cannot have: those of the line, of what is stored, and of followers far away. */
export const EVENT_MUTANTS: readonly EventMutant[] = [...LINE, ...DAMAGE, ...FOLLOWING]
