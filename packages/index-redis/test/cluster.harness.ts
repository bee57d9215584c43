import type { Harness } from '@mfm/conformance'
import type { PrivateService } from '@mfm/services'
import { privateService } from '@mfm/services'
import type { RedisIndexOptions } from '../src/index.ts'
import { openRedisFactIndex } from '../src/index.ts'
import { redisBackdoor } from './backdoor.ts'

/** Tells a child process which nodes it shares with its parent. */
const URLS_VARIABLE = 'MFM_INDEX_REDIS_TEST_CLUSTER_URLS'

let own: Promise<PrivateService<'redis-cluster'>> | undefined

async function ownCluster(): Promise<PrivateService<'redis-cluster'>> {
  own ??= privateService('redis-cluster')
  return await own
}

async function nodeUrls(): Promise<readonly string[]> {
  const given = process.env[URLS_VARIABLE]
  if (given !== undefined) return given.split(' ')
  const { nodes } = await ownCluster()
  const urls = nodes.map(({ host, port }) => `redis://${host}:${port}`)
  process.env[URLS_VARIABLE] = urls.join(' ')
  return urls
}

async function openCluster(options: RedisIndexOptions, signal?: AbortSignal) {
  const facts = await openRedisFactIndex(options, { signal })
  return { facts, close: () => facts.close() }
}

const backdoor = redisBackdoor(nodeUrls)

/** Three nodes. No `server`: the kit's proxy stands before one address, and runs spread over three. */
const harness: Harness = {
  name: 'index-redis-cluster',
  version: '0.0.0',
  contract: '1.x',
  ports: ['facts'],
  isShared: true,
  open: async (scope, { callMillis, signal } = {}) => {
    const [first = ''] = await nodeUrls()
    return await openCluster({ cluster: [first], prefix: scope, callMillis }, signal)
  },
  destroy: backdoor.wipeFacts,
  backdoor,
  restartServer: async () => {
    await (await ownCluster()).restart()
  },
  module: import.meta.filename,
  close: async () => {
    await (await own)?.stop()
  },
  openWithCredentials: async (user, password) => {
    const url = new URL((await nodeUrls())[0] ?? '')
    url.username = user
    url.password = password
    return await openCluster({ cluster: [url.href] })
  },
  wrongOptions: [
    () => openRedisFactIndex({ cluster: [] }),
    () => openRedisFactIndex({ cluster: ['redis://127.0.0.1:1/2'] }),
    () => openRedisFactIndex({ cluster: ['http://127.0.0.1:1'] }),
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
