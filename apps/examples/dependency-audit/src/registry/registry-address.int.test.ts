import { chmod } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { TestFolder } from '../../test/audit.fixture.ts'
import { registryAddress } from './registry-address.ts'

it('is what the environment says, and what npm says where it says nothing', async () => {
  const both = {
    MFM_ENDPOINT_REGISTRY: 'http://a.example',
    npm_config_registry: 'http://b.example',
  }
  expect(await registryAddress(both)).toBe('http://a.example')
  expect(await registryAddress({ ...both, MFM_ENDPOINT_REGISTRY: '' })).toBe('http://b.example')

  await using folder = await TestFolder.with({
    npm: '#!/bin/sh\n[ "$*" = "config get registry" ] && echo http://c.example/npm/\n',
  })
  await chmod(join(folder.path, 'npm'), 0o755)
  vi.stubEnv('PATH', `${folder.path}${delimiter}${process.env['PATH']}`)
  expect(await registryAddress({})).toBe('http://c.example/npm/')
})
