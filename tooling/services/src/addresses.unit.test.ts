import { describe, expect, it } from 'vitest'
import {
  addressFromEnvironment,
  parseVariable,
  SERVICE_NAMES,
  variableOf,
  variableValueOf,
} from './addresses.ts'

describe('addresses', () => {
  it('names one variable for each server', () => {
    expect(SERVICE_NAMES.map(variableOf)).toEqual([
      'MFM_TEST_REDIS_URL',
      'MFM_TEST_REDIS_CLUSTER_URL',
      'MFM_TEST_POSTGRES_URL',
      'MFM_TEST_NATS_URL',
      'MFM_TEST_S3_URL',
      'MFM_TEST_S3_PLAIN_URL',
    ])
  })

  it('takes the credentials of S3 out of its URL, and puts them back', () => {
    const address = parseVariable('s3', 'https://key:p%2Fw@s3.test')
    expect(address).toEqual({
      name: 's3',
      url: 'https://s3.test',
      host: 's3.test',
      port: 443,
      accessKeyId: 'key',
      secretAccessKey: 'p/w',
    })
    expect(variableValueOf(address)).toBe('https://key:p%2Fw@s3.test/')
  })

  it('fills in the standard port', () => {
    expect(parseVariable('redis', 'redis://cache')).toMatchObject({ host: 'cache', port: 6379 })
    expect(parseVariable('postgres', 'postgresql://a:b@db/x')).toMatchObject({ port: 5432 })
  })

  it('starts from one node of a cluster', () => {
    const cluster = parseVariable('redis-cluster', 'redis://node:7000')
    expect(cluster).toMatchObject({ nodes: [{ host: 'node', port: 7000 }] })
  })

  it('does not repeat what it refuses', () => {
    for (const value of ['hunter2', 'gopher://me:hunter2@host', 'http://hunter2@host']) {
      expect(() => parseVariable('s3', value)).toThrow(/^(?!.*hunter2)MFM_TEST_S3_URL/)
    }
  })

  it('is not given by an empty variable', () => {
    expect(addressFromEnvironment('redis', {})).toBeUndefined()
    expect(addressFromEnvironment('redis', { MFM_TEST_REDIS_URL: '' })).toBeUndefined()
  })
})
