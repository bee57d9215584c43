import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Socket } from 'node:net'
import type { RunId } from '@mfm/core-types'
import { TransportRouter } from '@mfm/io-live'
import { openMemoryStores } from '@mfm/store-memory'
import { httpTransport } from '@mfm/transport-http'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import {
  contextKey,
  defineOp,
  replayWorkflow,
  runWorkflow,
  state,
  verifyWorkflow,
} from './index.ts'

const RUN = '11111111-2222-4333-8444-555555555555' as RunId
const city = contextKey('city', z.string())
const report = contextKey('report', z.json())

const everything = state('everything', {
  reads: [city],
  writes: [report],
  run: async ({ context, io, emit }) => {
    const answer = await io.fetch({ endpoint: 'weather', path: `/${await context.read(city)}` })
    const weather = z.object({ celsius: z.number() }).parse(await answer.json())
    const files = await io.record('files', async () => ['a.txt', 'b.txt'])
    const drawn = await io.random()
    await io.sleep(1)
    await emit('asked', { weather })
    context.write(report, {
      weather,
      files,
      drawn,
      inRange: drawn >= 0 && drawn < 1,
      at: await io.now(),
      id: await io.uuid(),
      bytes: [...(await io.randomBytes(3))],
    })
  },
})
const op = defineOp({
  id: 'weather_report',
  version: 'v1',
  input: city,
  output: report,
  states: [everything],
})

describe('a workflow', () => {
  let server: Server
  let weather = ''

  beforeAll(async () => {
    server = createServer((_request, response) => response.end('{"celsius":21.5}'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    weather = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })

  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  it('runs, and replays and verifies with no socket to be had', async () => {
    const stores = openMemoryStores()
    const transport = new TransportRouter({ http: httpTransport({ endpoints: { weather } }) })
    const result = await runWorkflow(op, { stores, transport, input: 'rome', runId: RUN })
    expect(result).toMatchObject({
      phase: 'completed',
      output: { weather: { celsius: 21.5 }, files: ['a.txt', 'b.txt'], inRange: true },
    })

    const connect = vi.spyOn(Socket.prototype, 'connect').mockImplementation(() => {
      throw new Error('the network is refused')
    })
    const replayed = await replayWorkflow(op, { stores, runId: RUN })
    expect(replayed.output).toEqual(result.output)
    expect(await verifyWorkflow(op, { stores, runId: RUN })).toMatchObject({
      verdict: 'identical',
      finalSnapshotId: result.finalSnapshotId,
    })
    expect(connect).not.toHaveBeenCalled()
  })

  it('keeps the host out of everything that it stores', async () => {
    const stores = openMemoryStores()
    const transport = new TransportRouter({ http: httpTransport({ endpoints: { weather } }) })
    await runWorkflow(op, { stores, transport, input: 'rome', runId: RUN })
    for await (const { event } of stores.events.read(RUN)) {
      expect(JSON.stringify(event)).not.toContain('127.0.0.1')
      if (event.type !== 'fact_recorded') continue
      const ids = [
        event.payloadId,
        ...('v' in event.meta && event.meta.requestId !== null ? [event.meta.requestId] : []),
      ]
      for (const id of ids) {
        expect(Buffer.from(await stores.artifacts.get(id)).toString('latin1')).not.toContain(
          '127.0.0.1',
        )
      }
    }
  })

  it('fails with the code that a state chose, and with the code of a call that failed', async () => {
    const stores = openMemoryStores()
    const unreachable = new TransportRouter({
      http: httpTransport({ endpoints: { weather: 'http://127.0.0.1:1' } }),
    })
    const result = await runWorkflow(op, {
      stores,
      transport: unreachable,
      input: 'rome',
      runId: RUN,
    })
    expect(result).toMatchObject({
      phase: 'failed',
      output: undefined,
      failure: { error: { code: 'http_failed' } },
    })
    expect((await verifyWorkflow(op, { stores, runId: RUN })).verdict).toBe('identical')
  })
})
