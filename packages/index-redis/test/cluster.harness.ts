import type { Harness } from '@mfm/conformance'
import type { PrivateService } from '@mfm/services'
import { privateService } from '@mfm/services'
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
    const facts = await openRedisFactIndex(
      { cluster: [first], prefix: scope, callMillis },
      { signal },
    )
    return { facts, close: () => facts.close() }
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
  exceptions: [
    {
      case: 'XX-19b',
      reason:
        'redis-errors, which ioredis needs, writes Error.stackTraceLimit at every error reply',
    },
  ],
}

export default harness
