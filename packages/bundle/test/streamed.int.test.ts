import type { StateHandler } from '@mfm/core-types'
import { MfmError } from '@mfm/errors'
import { openMemoryStores } from '@mfm/store-memory'
import { expect, it } from 'vitest'
import { bundleOf, config, engineOn, eventsOf, importInto, planOf, RUN } from './runs.fixture.ts'

async function* parts(isCut: boolean): AsyncGenerator<Uint8Array, undefined> {
  yield Uint8Array.of(0xc3)
  yield Uint8Array.of(0xa4, 0xff)
  if (isCut) throw new MfmError('http_failed')
}

/** Reads a body that comes whole, and one that is cut off. */
const read: StateHandler = async ({ io, context }) => {
  const seen: string[] = []
  for (const isCut of [false, true]) {
    const request = { isCut }
    const perform = async () => ({ response: 'head', body: parts(isCut) })
    const { body } = await io.call({ namespace: 'test', request, stream: true, perform })
    try {
      for await (const chunk of body ?? []) seen.push(Buffer.from(chunk).toString('hex'))
    } catch (error) {
      seen.push(error instanceof MfmError ? error.code : 'other')
    }
  }
  context.write('seen', seen)
}

it('a run with streamed answers is verified where it was imported', async () => {
  const plan = planOf([['read', read]])
  const source = openMemoryStores()
  const started = await engineOn(source).start({ plan, runConfig: config(), runId: RUN })
  expect(started.phase).toBe('completed')

  const target = openMemoryStores()
  const report = await importInto(target, await bundleOf(source))
  expect(report).toMatchObject({ runs: [{ status: 'imported' }], missing: [] })
  expect(await eventsOf(target)).toEqual(await eventsOf(source))
  expect(await engineOn(target).verify({ plan, runId: RUN })).toMatchObject({
    verdict: 'identical',
    context: { seen: ['c3', 'a4ff', 'c3', 'a4ff', 'http_failed'] },
  })
})
