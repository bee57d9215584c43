import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { JsonValue } from '@mfm/core-types'
import { describe, expect, it } from 'vitest'
import { ordinaryDocument } from '../test/ordinary/generated.ts'
import { Random } from '../test/planted/random.ts'
import { SecretGuard } from './secret-guard.ts'

const guard = new SecretGuard({ mode: 'refuse' })
const ordinary = (name: string) =>
  readFileSync(new URL(`../test/ordinary/${name}`, import.meta.url), 'utf8')

/** The text as a whole, by paragraph and by line: a hit may need its surroundings, or the lack of them. */
function cut(text: string): string[] {
  return [text, ...text.split('\n\n'), ...text.split('\n')]
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[cm]?ts$/.test(name) && !name.includes('test'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
}

describe('ordinary text has no hit', () => {
  it.each(['prose.txt', 'documentation.md', 'documents.json'])('in %s', (name) => {
    const parts = cut(ordinary(name))
    expect(parts.flatMap((part) => guard.scanText(part).map((hit) => [hit.rule, part]))).toEqual([])
    expect(parts.filter((part) => guard.redactText(part) !== part)).toEqual([])
  })

  it('in documents, whole, as a member and as recorded text', () => {
    const documents = JSON.parse(ordinary('documents.json')) as JsonValue[]
    expect(documents.length).toBeGreaterThan(20)
    for (const document of documents) {
      for (const value of [document, { body: JSON.stringify(document, null, 2) }, [document]]) {
        expect(guard.scan(value)).toEqual([])
        expect(guard.admit(value, 'a document')).toBe(value)
      }
    }
  })

  it('in 4000 documents full of digests, ids, images, addresses and plain words', () => {
    const random = new Random(1)
    const documents = Array.from({ length: 4000 }, () => ordinaryDocument(random))
    expect(documents.filter((document) => guard.scan(document).length > 0)).toEqual([])
  })

  it('in the sources of a library that speaks of passwords, tokens and JWT', () => {
    const library = dirname(createRequire(import.meta.url).resolve('zod/package.json'))
    const files = filesOf(join(library, 'src/v4'))
    expect(files.join('\n').split('\n').length).toBeGreaterThan(10_000)
    expect(files.flatMap((file) => guard.scanText(file))).toEqual([])
  })
})
