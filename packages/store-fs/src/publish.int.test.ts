import { link, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { publish } from './publish.ts'

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'store-fs-publish-'))
  try {
    await work(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

function failingLink(code: string): typeof link {
  return async () => {
    throw Object.assign(new Error(code), { code, syscall: 'link' })
  }
}

describe.each([
  ['with hard links', link],
  ['without hard links', failingLink('EPERM')],
  ['without hard links, in other words', failingLink('EOPNOTSUPP')],
])('publish %s', (_, linkFile) => {
  it('gives a free name', () =>
    withFolder(async (folder) => {
      await writeFile(join(folder, 'temporary'), 'new')
      const isMade = await publish(join(folder, 'temporary'), join(folder, 'name'), linkFile)
      expect(isMade).toBe(true)
      expect(await readdir(folder)).toEqual(['name'])
      expect(await readFile(join(folder, 'name'), 'utf8')).toBe('new')
    }))

  it('leaves a name that is taken', () =>
    withFolder(async (folder) => {
      await writeFile(join(folder, 'temporary'), 'new')
      await writeFile(join(folder, 'name'), 'old')
      const isMade = await publish(join(folder, 'temporary'), join(folder, 'name'), linkFile)
      expect(isMade).toBe(false)
      expect(await readdir(folder)).toEqual(['name'])
      expect(await readFile(join(folder, 'name'), 'utf8')).toBe('old')
    }))
})

it('publish says every other error', () =>
  withFolder(async (folder) => {
    await writeFile(join(folder, 'temporary'), 'new')
    const publishing = publish(
      join(folder, 'temporary'),
      join(folder, 'name'),
      failingLink('EDQUOT'),
    )
    await expect(publishing).rejects.toMatchObject({ code: 'EDQUOT' })
  }))
