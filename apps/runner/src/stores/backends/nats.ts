import { openNatsStores } from '@mfm/store-nats'
import { z } from 'zod'
import type { Backend, OpenedPorts, Opening } from '../backend.ts'
import { queryOf, serverUrl } from '../server-url.ts'

const querySchema = z.strictObject({
  prefix: z.string().optional(),
  replicas: z.coerce.number().optional(),
})

async function open(opening: Opening): Promise<OpenedPorts> {
  const url = serverUrl(opening, 'nats://user:password@host:4222?prefix=…')
  const { prefix, replicas } = queryOf(url, querySchema, opening.option)
  url.search = ''
  return await openNatsStores({ url: url.href, prefix, replicas }, { signal: opening.signal })
}

export const nats: Backend = { adapter: 'store-nats', open }
