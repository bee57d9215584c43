import type { Harness } from '@mfm/conformance'
import type { PrivateService } from '@mfm/services'
import { privateService } from '@mfm/services'
import type { RedisIndexOptions } from '../src/index.ts'
import { openRedisFactIndex } from '../src/index.ts'
import { redisBackdoor } from './backdoor.ts'

/** Tells a child process which server it shares with its parent. */
const URL_VARIABLE = 'MFM_INDEX_REDIS_TEST_URL'
const NOWHERE = 'redis://127.0.0.1:1'

let own: Promise<PrivateService<'redis'>> | undefined

/** A server of this process and its children: one that may be restarted. */
async function ownServer(): Promise<PrivateService<'redis'>> {
  own ??= privateService('redis')
  return await own
}

async function serverUrl(): Promise<string> {
  process.env[URL_VARIABLE] ??= (await ownServer()).url
  return process.env[URL_VARIABLE]
}

async function openIndex(options: RedisIndexOptions, signal?: AbortSignal) {
  const facts = await openRedisFactIndex(options, { signal })
  return { facts, close: () => facts.close() }
}

const backdoor = redisBackdoor(async () => [await serverUrl()])

const harness: Harness = {
  name: 'index-redis',
  version: '0.0.0',
  contract: '1.x',
  ports: ['facts'],
  isShared: true,
  open: async (scope, { via, callMillis, signal } = {}) => {
    const url = via === undefined ? await serverUrl() : `redis://${via.host}:${via.port}`
    return await openIndex({ url, prefix: scope, callMillis }, signal)
  },
  destroy: backdoor.wipeFacts,
  backdoor,
  server: async () => {
    const { hostname, port } = new URL(await serverUrl())
    return { host: hostname, port: Number(port) }
  },
  restartServer: async () => {
    await (await ownServer()).restart()
  },
  module: import.meta.filename,
  close: async () => {
    await (await own)?.stop()
  },
  openWithCredentials: async (user, password) => {
    const url = new URL(await serverUrl())
    url.username = user
    url.password = password
    return await openIndex({ url: url.href })
  },
  wrongOptions: [
    () => openRedisFactIndex({}),
    () => openRedisFactIndex({ url: NOWHERE, cluster: [NOWHERE] }),
    () => openRedisFactIndex({ url: 'http://127.0.0.1' }),
    () => openRedisFactIndex({ url: 'redis://127.0.0.1/mfm' }),
    () => openRedisFactIndex({ url: 'redis://a:%ff@127.0.0.1' }),
    () => openRedisFactIndex({ url: `${NOWHERE}?family=6` }),
    () => openRedisFactIndex({ cluster: [] }),
    () => openRedisFactIndex({ cluster: [`${NOWHERE}/2`] }),
    () => openRedisFactIndex({ client: {} } as never),
    () => openRedisFactIndex({ url: NOWHERE, prefix: 'a{b}' }),
    () => openRedisFactIndex({ url: NOWHERE, callMillis: 0 }),
    () => openRedisFactIndex({ url: NOWHERE, timeout: 3 } as never), // no such option
  ],
  exceptions: [
    {
      case: 'XX-19b',
      reason:
        'redis-errors, which ioredis needs, writes Error.stackTraceLimit at every error reply',
    },
  ],
}

export default harness
