import type { ArtifactId } from '@mfm/core-types'
import { describe, expect, it } from 'vitest'
import { artifactIdOfKey, artifactKey } from './object-key.ts'

const IDS = ['0', 'f', '0123456789abcdef'].map(
  (digits) => digits.repeat(64 / digits.length) as ArtifactId, // 64 hex digits
)
const PREFIXES = ['', 'a/', 'artifacts/', 'a/artifacts/', 'artifacts/00/', '00/', 'a/b/']

describe('the key of an artifact', () => {
  it('is documented', () => {
    const id = `abcd${'0'.repeat(60)}` as ArtifactId
    expect(artifactKey('team/', id)).toBe(`team/artifacts/ab/cd/${id}`)
  })

  it('is that of its id and prefix alone', () => {
    for (const prefix of PREFIXES) {
      for (const id of IDS) {
        const key = artifactKey(prefix, id)
        const owners = PREFIXES.filter((other) => artifactIdOfKey(other, key) === id)
        expect(owners).toEqual([prefix])
      }
    }
  })

  it.each([
    '',
    'artifacts/',
    `artifacts/${'0'.repeat(64)}`,
    `artifacts/00/01/${'0'.repeat(64)}`,
    `artifacts/00/00/${'0'.repeat(64)}/x`,
    `artifacts/00/00/x${'0'.repeat(64)}`,
    `artifacts/AB/CD/ABCD${'0'.repeat(60)}`,
    `/artifacts/00/00/${'0'.repeat(64)}`,
  ])('is not %j', (key) => {
    expect(artifactIdOfKey('', key)).toBeUndefined()
  })
})
