import { hasCode, MfmError } from '@mfm/errors'
import { openRedisFactIndex } from '@mfm/index-redis'
import { z } from 'zod'
import type { Backend, OpenedPorts, Opening } from '../backend.ts'
import { queryOf, serverUrl } from '../server-url.ts'

const querySchema = z.strictObject({
  cluster: z.stringbool({ truthy: ['true'], falsy: ['false'] }).optional(),
  prefix: z.string().optional(),
})

async function open(opening: Opening): Promise<OpenedPorts> {
  const url = serverUrl(opening, 'redis://user:password@host:6379/0')
  const { cluster = false, prefix } = queryOf(url, querySchema, opening.option)
  url.search = ''
  const server = cluster ? { cluster: [url.href] } : { url: url.href }
  const facts = await openRedisFactIndex({ ...server, prefix }, { signal: opening.signal }).catch(
    (error: unknown) => {
      throw inWordsOfUrl(error)
    },
  )
  return { facts, close: async () => await facts.close() }
}

/** The adapter tells of its options, and a URL has other words for one of them. */
function inWordsOfUrl(error: unknown): unknown {
  const isOfCluster =
    hasCode(error, 'store_unsuitable') && error.details?.['setting'] === 'cluster-enabled'
  if (!isOfCluster) return error
  const { code, message, details } = error
  const help = 'Add ?cluster=true to its URL.'
  return new MfmError(code, { message, details: details ?? {}, help, cause: error })
}

export const redis: Backend = { adapter: 'index-redis', open }
