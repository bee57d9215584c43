import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Harness } from '@mfm/conformance'
import type { PrivateService } from '@mfm/services'
import { privateService } from '@mfm/services'
import type { NatsStoreOptions } from '../src/index.ts'
import { openNatsStores } from '../src/index.ts'
import { natsBackdoor } from './backdoor.ts'

/** Tells a child process which server it shares with its parent. */
const URL_VARIABLE = 'MFM_STORE_NATS_TEST_URL'
const NOWHERE = 'nats://127.0.0.1:1'

let own: Promise<Own> | undefined

interface Own {
  readonly server: PrivateService<'nats'>
  /** Where it tells of itself, by HTTP. */
  readonly monitor: string
}

/** A server of this process and its children: one that may be restarted. */
async function ownServer(): Promise<Own> {
  own ??= startOwn()
  return await own
}

async function startOwn(): Promise<Own> {
  const port = await freePort()
  const server = await privateService('nats', { http: `127.0.0.1:${port}` })
  return { server, monitor: `http://127.0.0.1:${port}` }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = Object(server.address())
  server.close()
  return Number(port)
}

async function serverUrl(): Promise<string> {
  process.env[URL_VARIABLE] ??= (await ownServer()).server.url
  return process.env[URL_VARIABLE]
}

const { backdoor, destroy, close } = natsBackdoor(async () => {
  const { server, monitor } = await ownServer()
  return { url: server.url, monitor }
})

const harness: Harness = {
  name: 'store-nats',
  version: '0.0.0',
  contract: '1.x',
  ports: ['events', 'artifacts', 'facts'],
  isShared: true,
  module: import.meta.filename,
  open: async (scope, { payloadBytes, via, callMillis, signal } = {}) => {
    const url = via === undefined ? await serverUrl() : `nats://${via.host}:${via.port}`
    const options: NatsStoreOptions = {
      url,
      prefix: scope,
      callMillis,
      sweepAfterMillis: 0,
      limits: { payloadBytes },
    }
    return await openNatsStores(options, { signal })
  },
  destroy,
  backdoor,
  server: async () => {
    const { hostname, port } = new URL(await serverUrl())
    return { host: hostname, port: Number(port) }
  },
  restartServer: async () => {
    await (await ownServer()).server.restart()
  },
  close: async () => {
    await close()
    await (await own)?.server.stop()
  },
  openWithCredentials: async (user, password) => {
    await using server = await privateService('nats', {
      authorization: '{ user: other, password: other }',
    })
    const url = new URL(server.url)
    url.username = user
    url.password = password
    return await openNatsStores({ url: url.href })
  },
  wrongOptions: [
    () => openNatsStores({}),
    () => openNatsStores({ url: 'http://127.0.0.1' }),
    () => openNatsStores({ connection: {} } as never),
    () => openNatsStores({ url: NOWHERE, prefix: 'a.b' }),
    () => openNatsStores({ url: NOWHERE, replicas: 2 }),
    () => openNatsStores({ url: NOWHERE, callMillis: 0 }),
    () => openNatsStores({ url: NOWHERE, timeout: 3 } as never), // no such option
  ],
}

export default harness
