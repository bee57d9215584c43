import { setImmediate } from 'node:timers/promises'
import type { EventEnvelope, JsonValue, RunId } from '@mfm/core-types'
import { hasCode } from '@mfm/errors'
import { collect } from '../cases/support/samples.ts'
import type { Mutant } from './mutant.ts'

async function* each<T>(items: Promise<readonly T[]>): AsyncGenerator<T, void> {
  yield* await items
}

/** Reads what another value than the stored one came back for. */
function readingPayloads(change: (payload: JsonValue) => JsonValue): NonNullable<Mutant['events']> {
  return (events) => ({
    read: async function* (run, range, options) {
      for await (const envelope of events.read(run, range, options)) {
        const { event } = envelope
        if (event.type !== 'domain') yield envelope
        else yield { ...envelope, event: { ...event, payload: change(event.payload) } }
      }
    },
  })
}

/** The same change at every depth: to each value that is no list and no object. */
function deep(change: (value: JsonValue) => JsonValue): (value: JsonValue) => JsonValue {
  const changed = (value: JsonValue): JsonValue => {
    if (Array.isArray(value)) return value.map(changed)
    if (typeof value !== 'object' || value === null) return change(value)
    const members = Object.entries(value).map(([name, member]) => [name, changed(member)] as const)
    return Object.fromEntries(members)
  }
  return changed
}

/** Leaves out such members at every depth. */
function withoutMembers(
  isLost: (name: string, value: JsonValue) => boolean,
): (value: JsonValue) => JsonValue {
  const changed = (value: JsonValue): JsonValue => {
    if (Array.isArray(value)) return value.map(changed)
    if (typeof value !== 'object' || value === null) return value
    const kept = Object.entries(value).filter(([name, member]) => !isLost(name, member))
    return Object.fromEntries(kept.map(([name, member]) => [name, changed(member)]))
  }
  return changed
}

/** Event stores that are wrong about what they give back. */
export const READING_MUTANTS: readonly Mutant[] = [
  {
    name: 'exclusive-end',
    flaw: 'leaves out the last event of a range',
    killedBy: 'ES-10',
    events: (events) => ({
      read: (run, range = {}, options = {}) => {
        const { to } = range
        if (to === undefined || to === 0) return events.read(run, range, options)
        return events.read(run, { ...range, to: to - 1 }, options)
      },
    }),
  },
  {
    name: 'exclusive-start',
    flaw: 'begins after the first event of a range',
    killedBy: 'ES-10',
    events: (events) => ({
      read: (run, range = {}, options = {}) => {
        const { from = 0 } = range
        return events.read(run, from > 1 ? { ...range, from: from + 1 } : range, options)
      },
    }),
  },
  {
    name: 'one-page',
    flaw: 'reads a thousand events of a stream and calls it the whole',
    killedBy: 'ES-11',
    events: (events) => ({
      read: async function* (run, range, options) {
        let count = 0
        for await (const envelope of events.read(run, range, options)) {
          if (count++ < 1000) yield envelope
        }
      },
    }),
  },
  {
    name: 'numbers-as-text',
    flaw: 'orders events by their number as text: 1, 10, 2',
    killedBy: 'ES-11',
    events: (events) => ({
      read: (run, range, options) => {
        const sorted = async (): Promise<EventEnvelope[]> =>
          (await collect(events.read(run, range, options))).sort((one, other) =>
            String(one.seq) < String(other.seq) ? -1 : 1,
          )
        return each(sorted())
      },
    }),
  },
  {
    name: 'time-order',
    flaw: 'orders events by their time stamps',
    killedBy: 'ES-21',
    events: (events) => ({
      read: (run, range, options) => {
        const sorted = async (): Promise<EventEnvelope[]> =>
          (await collect(events.read(run, range, options))).sort(
            (one, other) => (one.tsMillis ?? 0) - (other.tsMillis ?? 0),
          )
        return each(sorted())
      },
    }),
  },
  {
    name: 'endless-reading',
    flaw: 'goes on with what is appended while it is read',
    killedBy: 'ES-12',
    events: (events) => ({
      read: async function* (run, range = {}, options = {}) {
        let next = Math.max(range.from ?? 1, 1)
        for (let found = true; found; ) {
          found = false
          for await (const envelope of events.read(run, { ...range, from: next }, options)) {
            found = true
            next = envelope.seq + 1
            yield envelope
          }
        }
      },
    }),
  },
  {
    name: 'aliased-output',
    flaw: 'gives every reader the same objects',
    killedBy: 'ES-20',
    events: (events) => {
      const given = new Map<string, EventEnvelope>()
      return {
        read: async function* (run, range, options) {
          for await (const envelope of events.read(run, range, options)) {
            const key = `${run} ${envelope.seq}`
            const known = given.get(key) ?? envelope
            given.set(key, known)
            yield known
          }
        },
      }
    },
  },
  {
    name: 'single-precision',
    flaw: 'keeps numbers in 32 bits',
    killedBy: 'ES-15',
    events: readingPayloads(
      deep((value) => (typeof value === 'number' ? Math.fround(value) : value)),
    ),
  },
  {
    name: 'rounded-fractions',
    flaw: 'rounds fractions to ten digits',
    killedBy: 'ES-15',
    events: readingPayloads(
      deep((value) => (typeof value === 'number' ? Number(value.toPrecision(10)) : value)),
    ),
  },
  {
    name: 'null-is-nothing',
    flaw: 'drops members that are null',
    killedBy: 'ES-15',
    events: readingPayloads(withoutMembers((_, value) => value === null)),
  },
  {
    name: 'lost-proto',
    flaw: 'loses a member that is called __proto__',
    killedBy: 'ES-15',
    events: readingPayloads(withoutMembers((name) => name === '__proto__')),
  },
  {
    name: 'normalised-text',
    flaw: 'normalises text (NFC)',
    killedBy: 'ES-16',
    events: readingPayloads(
      deep((value) => (typeof value === 'string' ? value.normalize('NFC') : value)),
    ),
  },
  {
    name: 'cut-at-nul',
    flaw: 'ends a text at its first NUL, as C does',
    killedBy: 'ES-16',
    events: readingPayloads(
      deep((value) => (typeof value === 'string' ? (value.split('\0')[0] ?? '') : value)),
    ),
  },
  {
    name: 'replaced-surrogates',
    flaw: 'replaces lone surrogates in place of refusing them',
    killedBy: 'ES-15b',
    events: (events) => ({
      append: (run, expected, given, options) => {
        const mended = Array.isArray(given)
          ? given.map((envelope: EventEnvelope) =>
              envelope.event?.type === 'domain'
                ? {
                    ...envelope,
                    event: { ...envelope.event, payload: wellFormed(envelope.event.payload) },
                  }
                : envelope,
            )
          : given
        return events.append(run, expected, mended, options)
      },
    }),
  },
  {
    name: 'short-run-key',
    flaw: 'tells runs apart by the first 35 digits of their ids',
    killedBy: 'ES-18',
    events: (events) => {
      const cut = (run: RunId): RunId =>
        typeof run === 'string' ? (`${run.slice(0, 35)}0` as RunId) : run // still a UUID
      return {
        headSeq: (run, options) => events.headSeq(cut(run), options),
        append: (run, expected, given, options) =>
          events.append(
            cut(run),
            expected,
            given.map((envelope) => ({ ...envelope, runId: cut(envelope.runId) })),
            options,
          ),
        read: async function* (run, range, options) {
          for await (const envelope of events.read(cut(run), range, options)) {
            yield { ...envelope, runId: run }
          }
        },
      }
    },
  },
  {
    name: 'overlapping-pages',
    flaw: 'lists the last run of a page again on the next one',
    killedBy: 'ES-37',
    events: (events) => ({
      listRuns: async (query = {}, options = {}) => {
        const page = await events.listRuns(query, options)
        const { length } = page.items
        if (page.next === undefined || length < 2) return page
        const { next } = await events.listRuns({ ...query, limit: length - 1 }, options)
        return { ...page, next }
      },
    }),
  },
  {
    name: 'oldest-first',
    flaw: 'lists the oldest run of a page first',
    killedBy: 'ES-37',
    events: (events) => ({
      listRuns: async (query, options) => {
        const { items, next } = await events.listRuns(query, options)
        return { items: items.toReversed(), next }
      },
    }),
  },
  {
    name: 'forged-cursor',
    flaw: 'begins again where it does not know a cursor',
    killedBy: 'ES-37d',
    events: (events) => ({
      listRuns: (query, options) =>
        events.listRuns(query, options).catch((error: unknown) => {
          if (!hasCode(error, 'cursor_invalid')) throw error
          return events.listRuns({ ...query, cursor: undefined }, options)
        }),
    }),
  },
  {
    name: 'watch-skips',
    flaw: 'shows a watcher the newest event alone where several came at once',
    killedBy: 'ES-38',
    events: (events) => ({
      watch: async function* (run, from = 1, { signal } = {}) {
        for (let next = Math.max(from, 1); ; ) {
          signal?.throwIfAborted()
          const head = await events.headSeq(run)
          if (head >= next) {
            yield* events.read(run, { from: head })
            next = head + 1
          }
          await setImmediate()
        }
      },
    }),
  },
  {
    name: 'watch-ends',
    flaw: 'ends a watch when it has shown what was there',
    killedBy: 'ES-38',
    events: (events) => ({
      watch: (run, from, options) => events.read(run, { from }, options),
    }),
  },
]

function wellFormed(value: JsonValue): JsonValue {
  return deep((leaf) => (typeof leaf === 'string' ? leaf.toWellFormed() : leaf))(value)
}
