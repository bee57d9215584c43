import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { IoProvider, JsonValue, RunId, Stores } from '@mfm/core-types'
import { openReplay } from '@mfm/io-replay'
import { secret } from '@mfm/secrets'
import { openMemoryStores } from '@mfm/store-memory'
import { openSqliteStores } from '@mfm/store-sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openRecording } from './open-recording.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mfm-recording-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

const BACKENDS: Readonly<Record<string, () => Promise<Stores>>> = {
  memory: async () => openMemoryStores(),
  sqlite: () => openSqliteStores({ path: join(folder, 'runs.db') }),
}

let performed = 0
const ask = async (io: IoProvider, request: JsonValue, fails = false): Promise<JsonValue> => {
  const perform = async () => {
    performed += 1
    if (fails) throw new Error('no answer')
    return { response: { performed, request } }
  }
  return (await io.call({ namespace: 'test', request, perform })).response
}

describe.each(Object.entries(BACKENDS))('a recording on %s', (_, open) => {
  it('is replayed', async () => {
    const stores = await open()
    await using live = await openRecording({ stores })
    const seen = [await ask(live, 'a'), await live.nowMillis(), await live.randomBytes(4)]
    await expect(ask(live, 'fails', true)).rejects.toMatchObject({ code: 'transport_failed' })
    await using replay = await openReplay({ stores, runId: live.runId })
    expect([await ask(replay, 'a'), await replay.nowMillis(), await replay.randomBytes(4)]).toEqual(
      seen,
    )
    await expect(ask(replay, 'fails')).rejects.toMatchObject({ code: 'transport_failed' })
    expect(replay.counts).toEqual({ recorded: 4, used: 4, unused: 0 })
    expect(replay.unusedFacts()).toEqual([])
    await stores.close()
  })

  it('is continued: answers stand, failures are tried again, time is fresh', async () => {
    const stores = await open()
    const first = await openRecording({ stores, clock: () => 1 })
    const { runId } = first
    const answer = await ask(first, 'a')
    await expect(ask(first, 'b', true)).rejects.toMatchObject({ code: 'transport_failed' })
    expect(await first.nowMillis()).toBe(1)
    await first.close()
    const second = await openRecording({ stores, runId, clock: () => 2 })
    expect([first.attempt, second.attempt]).toEqual([0, 1])
    const program = async (io: IoProvider) => [
      await ask(io, 'a'),
      await ask(io, 'b'),
      await io.nowMillis(),
      await io.getRecordedFact('none'),
    ]
    const before = performed
    const seen = await program(second)
    expect(seen).toEqual([answer, { performed: before + 1, request: 'b' }, 2, undefined])
    const replay = await openReplay({ stores, runId })
    expect(await program(replay)).toEqual(seen)
    const replayOfFirst = await openReplay({ stores, runId, attempt: 0 })
    await expect(ask(replayOfFirst, 'b')).rejects.toMatchObject({ code: 'transport_failed' })
    await stores.close()
  })

  it('holds facts alone, linked to each other', async () => {
    const stores = await open()
    const { runId, ...live } = await openRecording({ stores })
    await Promise.all(['a', 'b', 'c'].map((request) => ask(live, request)))
    const again = await openRecording({ stores, runId })
    await ask(again, 'd')
    const types: string[] = []
    let isLinked = true
    let before: string | null = null
    const { envelopeDigest } = await import('./run-head.ts')
    for await (const envelope of stores.events.read(runId)) {
      types.push(envelope.event.type)
      isLinked &&= envelope.prev === before
      before = envelopeDigest(envelope)
    }
    expect(types).toEqual(Array(4).fill('fact_recorded'))
    expect(isLinked).toBe(true)
    await stores.close()
  })

  it('stays unharmed by a second writer', async () => {
    const stores = await open()
    const first = await openRecording({ stores })
    await ask(first, 'a')
    const { runId } = first
    const second = await openRecording({ stores, runId })
    await ask(second, 'b')
    await expect(ask(first, 'c')).rejects.toMatchObject({
      code: 'fact_binding_append_failed',
      cause: { code: 'event_store_concurrency' },
    })
    const replay = await openReplay({ stores, runId })
    expect(replay.counts.recorded).toBe(2)
    await stores.close()
  })
})

describe('openRecording', () => {
  it.each([
    ['not an id', 'invalid_id'],
    ['11111111-2222-4333-8444-555555555555', 'run_already_exists'],
  ])('refuses the id %s: %s', async (runId, code) => {
    const stores = openMemoryStores()
    const run = '11111111-2222-4333-8444-555555555555' as RunId
    const nowhere = { payloadRef: null, stateId: null, attempt: null }
    const event = { type: 'domain', v: 1, name: 'noted', payload: null, ...nowhere } as const
    await stores.events.append(run, 0, [{ runId: run, seq: 1, tsMillis: null, prev: null, event }])
    await expect(openRecording({ stores, runId })).rejects.toMatchObject({ code })
  })

  it('finds the values of secrets, and catches them in answers', async () => {
    const live = await openRecording({
      stores: openMemoryStores(),
      secrets: { one: 'first secret value' },
      env: { MFM_SECRET_TWO: 'second secret value' },
      transport: {
        call: async ({ request, resolveSecret }) => ({
          response: { length: (await resolveSecret(Object(request))).length },
        }),
      },
    })
    const lengthOf = async (name: string) =>
      (await live.call({ namespace: 'test', request: secret(name) })).response
    expect([await lengthOf('one'), await lengthOf('two')]).toEqual([{ length: 18 }, { length: 19 }])
    await expect(lengthOf('three')).rejects.toMatchObject({ code: 'secret_unavailable' })
    const leak = ask(live, 'x').then(() => live.recordValue('k', 'a first secret value'))
    await expect(leak).rejects.toMatchObject({ code: 'secrets_detected' })
  })

  it('refuses what comes after its end', async () => {
    const live = await openRecording({ stores: openMemoryStores() })
    await live.close()
    await expect(ask(live, 'a')).rejects.toMatchObject({ code: 'io_closed' })
  })
})

describe('the example of the README', () => {
  it('is the program that runs', async () => {
    const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8')
    const program = await read('../test/readme.child.ts')
    expect(await read('../README.md')).toContain(`\`\`\`ts\n${program}\`\`\``)
  })

  it('prints the same twice', async () => {
    const program = new URL('../test/readme.child.ts', import.meta.url).pathname
    const run = promisify(execFile)
    const { stdout } = await run(process.execPath, ['--conditions=@mfm/source', program], {
      cwd: folder,
    })
    const [live, replay, ...others] = stdout.trim().split('\n')
    expect(live).toMatch(/^\[ 0\.\d+, \d{13} \]$/)
    expect(replay).toBe(live)
    expect(others).toEqual([])
  })
})
