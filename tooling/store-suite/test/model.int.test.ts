import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ArtifactId, EventEnvelope, NewArtifact, RunId, Stores } from '@mfm/core-types'
import { openMemoryStores } from '@mfm/store-memory'
import { openSqliteStores } from '@mfm/store-sqlite'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bytesOf, collect, domainEvent, envelopes, factEvent, idOf } from '../src/samples.ts'

// Any sequence of calls gives the same answers on both stores: the memory store is the model, and the SQLite file is
// used through two handles that are closed and opened again, with look-up tables written at odd moments.

const RUNS = ['1', '2', '3'].map((digit) => `11111111-2222-4333-8444-55555555555${digit}` as RunId)
const KEYS = ['', 'a', 'b', 'a:b']
const TEXTS = ['', 'small', 'middle '.repeat(100), 'large '.repeat(1000)]

const some = {
  run: fc.constantFrom(...RUNS),
  key: fc.constantFrom(...KEYS),
  text: fc.constantFrom(...TEXTS),
  handle: fc.nat({ max: 1 }),
}
/** How far beside the head an append aims: mostly on it. */
const someAim = fc.constantFrom(0, 0, 0, 0, 1, -1)

const someStep = fc.oneof(
  fc.record({
    call: fc.constant('append' as const),
    ...some,
    aim: someAim,
    count: fc.nat({ max: 5 }),
  }),
  fc.record({
    call: fc.constant('record' as const),
    ...some,
    aim: someAim,
    bindings: fc.array(fc.tuple(some.key, some.text), { maxLength: 3 }),
    saysBinding: fc.boolean(),
  }),
  fc.record({ call: fc.constantFrom('bind', 'unbind', 'put', 'look', 'list', 'reopen'), ...some }),
)
type Step = typeof someStep extends fc.Arbitrary<infer T> ? T : never

function artifact(text: string): NewArtifact {
  return { kind: 'output', id: idOf(text), bytes: bytesOf(text) }
}

async function eventsFor(
  stores: Stores,
  step: Step & { readonly aim: number },
): Promise<{
  readonly expected: number
  readonly events: EventEnvelope[]
}> {
  const expected = Math.max((await stores.events.headSeq(step.run)) + step.aim, 0)
  const start = { run: step.run, after: expected, tsMillis: 7 }
  if (step.call === 'append') {
    const texts = Array.from({ length: step.count }, () => domainEvent(step.text))
    return { expected, events: envelopes(start, texts) }
  }
  const [first] = step.call === 'record' && step.saysBinding ? step.bindings : []
  const said = first === undefined ? [] : [factEvent(first[0], idOf(first[1]))]
  return { expected, events: envelopes(start, [...said, domainEvent(step.text)]) }
}

async function record(
  stores: Stores,
  step: Extract<Step, { readonly call: 'record' }>,
): Promise<unknown> {
  const { expected, events } = await eventsFor(stores, step)
  const texts = [step.text, ...step.bindings.map(([, text]) => text)]
  return await stores.atomic?.recordAtomically(step.run, expected, {
    artifacts: texts.map(artifact),
    bindings: step.bindings.map(([key, text]) => ({ key, artifactId: idOf(text) })),
    events,
  })
}

async function look(
  { events, artifacts, facts }: Stores,
  { run, key, text }: Step,
): Promise<unknown> {
  const id: ArtifactId = idOf(text)
  return {
    head: await events.headSeq(run),
    events: await collect(events.read(run)),
    tail: await collect(events.read(run, { from: 3, to: 5 })),
    bound: await facts.get(run, key),
    entries: new Map(await collect(facts.entries(run))),
    exists: await artifacts.exists(id),
    bytes: (await artifacts.exists(id)) ? Array.from(await artifacts.get(id)) : [],
  }
}

async function take(stores: Stores, step: Step): Promise<unknown> {
  switch (step.call) {
    case 'append': {
      const { expected, events } = await eventsFor(stores, step)
      return await stores.events.append(step.run, expected, events)
    }
    case 'record':
      return await record(stores, step)
    case 'bind':
      return await stores.facts.bindIfUnset(step.run, step.key, idOf(step.text))
    case 'unbind':
      return await stores.facts.unbindIfMatches(step.run, step.key, idOf(step.text))
    case 'put':
      return await stores.artifacts.put('output', bytesOf(step.text))
    case 'look':
      return await look(stores, step)
    case 'list':
      return (await stores.events.listRuns()).items
    default:
      return undefined
  }
}

async function answerOf(stores: Stores, step: Step): Promise<unknown> {
  return await take(stores, step).catch((error: unknown) => {
    const { code, details } = Object(error)
    return { code, details }
  })
}

it('SQLite answers every sequence of calls as memory does', { timeout: 300_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'store-model-'))
  let files = 0
  try {
    const steps = fc.array(someStep, { minLength: 1, maxLength: 60 })
    const property = fc.asyncProperty(
      fc.integer({ min: 1, max: 9 }),
      steps,
      async (rows, given) => {
        const model = openMemoryStores()
        const path = join(folder, `${++files}.db`)
        const open = (): Promise<Stores> => openSqliteStores({ path, indexBatchRows: rows })
        const handles = [await open(), await open()]
        try {
          for (const step of given) {
            const stores = handles[step.handle]
            if (stores === undefined) continue
            if (step.call === 'reopen') {
              await stores.close()
              handles[step.handle] = await open()
              continue
            }
            expect(await answerOf(stores, step)).toEqual(await answerOf(model, step))
          }
          const last = { call: 'look', key: '', text: '', handle: 0 } as const
          for (const run of RUNS) {
            for (const stores of handles) {
              const step = { ...last, run }
              expect(await answerOf(stores, step)).toEqual(await answerOf(model, step))
            }
          }
        } finally {
          await Promise.all(handles.map((stores) => stores.close()))
        }
      },
    )
    await fc.assert(property, { numRuns: Number(process.env['STORE_MODEL_RUNS'] ?? 60) })
  } finally {
    await rm(folder, { recursive: true })
  }
})
