import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasCode, isMfmError } from '@mfm/errors'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Places } from './backend.ts'
import { openStores } from './open-stores.ts'

let base = ''

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'mfm-stores-'))
})
afterEach(async () => {
  await rm(base, { recursive: true })
})

const everywhere = (url: string): Places => {
  const place = { url, base, option: 'store' } as const
  return { events: place, artifacts: place, facts: place }
}

const refusal = async (url: string, access: 'create' | 'write' | 'read'): Promise<unknown> => {
  try {
    await (await openStores(everywhere(url), access)).close()
    return undefined
  } catch (error) {
    return error
  }
}

describe('a store URL', () => {
  it('makes a file, with its folder, where a run begins', async () => {
    expect(await refusal('sqlite:.mfm/runs.db', 'create')).toBeUndefined()
    expect(existsSync(join(base, '.mfm/runs.db'))).toBe(true)
    expect(await refusal('sqlite:.mfm/runs.db', 'read')).toBeUndefined()
    expect(await refusal('sqlite:.mfm/runs.db', 'write')).toBeUndefined()
  })

  it.each(['read', 'write'] as const)(
    'makes nothing where a store must exist to %s',
    async (access) => {
      const error = await refusal('sqlite:.mfm/runs.db', access)
      expect(hasCode(error, 'store_unavailable')).toBe(true)
      expect(existsSync(join(base, '.mfm'))).toBe(false)
    },
  )

  it('opens memory for a new run only', async () => {
    expect(await refusal('memory:', 'create')).toBeUndefined()
    expect(hasCode(await refusal('memory:', 'read'), 'invalid_option')).toBe(true)
    expect(hasCode(await refusal('memory:x', 'create'), 'invalid_option')).toBe(true)
  })

  it.each(['runs.db', 'sqlite:', 'redis://user:hunter22@host/0', 'SQLITE:x', '', '/abs/path.db'])(
    'is not %j',
    async (url) => {
      const error = await refusal(url, 'create')
      expect(hasCode(error, 'invalid_option')).toBe(true)
    },
  )

  it('of an unknown kind is not quoted: it may hold a password', async () => {
    const error = await refusal('redis://user:hunter22@host/0', 'create')
    expect(isMfmError(error) && JSON.stringify(error)).not.toContain('hunter22')
  })
})
