import type { EncodedEvent } from '@mfm/adapter-kit'
import type { RunId } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { describe, expect, it } from 'vitest'
import { codeOf, noted, temporaryFile } from '../test/temp-store.ts'
import { Backend } from './backend.ts'
import type { Recorder } from './recorder.ts'

const RUN = '11111111-2222-4333-8444-555555555555' as RunId

function open(path: string): Promise<Backend> {
  return Backend.open({ path, readOnly: false, busyTimeoutMillis: 100, indexBatchRows: 3 })
}

function event(seq: number): EncodedEvent {
  const envelope = noted(RUN, seq, null)
  return { envelope, text: JSON.stringify(envelope) }
}

function recordAfter(backend: Backend, head: number): Promise<number> {
  return backend.write(undefined, (journal, recorder) => {
    expect(journal.run(RUN).head).toBe(head)
    record(recorder, head + 1)
    return head + 1
  })
}

function record(recorder: Recorder, seq: number): void {
  recorder.record({ run: RUN, artifacts: [], bindings: new Map(), events: [event(seq)] })
}

describe.each(['file', ':memory:'])('a commit that fails in a store in %s', (kind) => {
  it('takes everybody’s changes back, in memory and on disk', async () => {
    await using file = await temporaryFile()
    const backend = await open(kind === 'file' ? file.path : kind)
    expect(await recordAfter(backend, 0)).toBe(1)
    const good = recordAfter(backend, 1)
    const failing = backend.write(undefined, (_, recorder) => {
      record(recorder, 3)
      throw new RangeError('a fault of the program or of the disk')
    })
    expect(await Promise.all([good, failing].map(codeOf))).toEqual(['store_failed', 'store_failed'])
    expect(
      await backend.read(undefined, (journal) => [journal.run(RUN).head, journal.lastRow]),
    ).toEqual([1, 1])
    for (const head of [1, 2, 3, 4]) expect(await recordAfter(backend, head)).toBe(head + 1)
    backend.close()
  })
})

it('a handle that failed is not used again', async () => {
  await using file = await temporaryFile()
  const backend = await open(file.path)
  const handle = (): Promise<unknown> => backend.read(undefined, (journal) => journal)
  const before = await handle()
  expect(await handle()).toBe(before)
  const failing = backend.write(undefined, () => {
    throw new Error('anything')
  })
  expect(await codeOf(failing)).toBe('store_failed')
  expect(await handle()).not.toBe(before)
  backend.close()
})

it('a refusal of one change leaves the handle and the changes beside it', async () => {
  await using file = await temporaryFile()
  const backend = await open(file.path)
  const before = await backend.read(undefined, (journal) => journal)

  const refused = backend.write(undefined, () => {
    throw new MfmError('event_store_concurrency')
  })
  const beside = recordAfter(backend, 0)
  expect(await Promise.all([refused, beside].map(codeOf))).toEqual([
    'event_store_concurrency',
    'ok',
  ])
  expect(await backend.read(undefined, (journal) => journal)).toBe(before)
  backend.close()
})

it('a closed backend opens nothing again', async () => {
  await using file = await temporaryFile()
  const backend = await open(file.path)
  backend.close()
  backend.close()
  expect(await codeOf(backend.read(undefined, () => 1))).toBe('store_closed')
  expect(await codeOf(backend.write(undefined, () => 1))).toBe('store_closed')
})
