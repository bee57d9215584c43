import process from 'node:process'
import { describe, expect, it, vi } from 'vitest'
import { nats } from './nats.ts'
import { prepareRedis } from './redis.ts'
import { s3 } from './rgw.ts'

describe('a server that is neither here nor can be installed', () => {
  it.each([
    ['Redis', prepareRedis, 'MFM_TEST_REDIS_URL'],
    ['NATS', nats.prepare, 'MFM_TEST_NATS_URL'],
    ['S3', s3.prepare, 'MFM_TEST_S3_URL'],
  ])('%s: says how to get it', async (_, prepare, variable) => {
    vi.stubEnv('PATH', '/nowhere')
    vi.spyOn(process, 'getuid').mockReturnValue(1000)
    await expect(prepare()).rejects.toThrow(variable)
    await expect(prepare()).rejects.toThrow('tooling/services/compose.yaml')
  })
})
