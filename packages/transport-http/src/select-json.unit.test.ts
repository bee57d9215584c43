import { getAtPointer } from '@mfm/canonical-json'
import type { JsonValue } from '@mfm/core-types'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { selectJson } from './select-json.ts'

const PACKAGE = {
  name: 'left-pad',
  time: { modified: 'now' },
  versions: {
    '1.0.0': { deprecated: 'use padStart', dist: { size: 1 } },
    '1.1.0': { dist: { size: 2 } },
  },
  keywords: ['a', { id: 1, x: 2 }, { id: 3 }, 'b'],
}

describe('selectJson', () => {
  it.each<readonly [readonly string[], JsonValue]>([
    [['/name'], { name: 'left-pad' }],
    [['/versions/*/deprecated'], { versions: { '1.0.0': { deprecated: 'use padStart' } } }],
    [
      ['/versions/1.1.0/dist', '/name'],
      { name: 'left-pad', versions: { '1.1.0': { dist: { size: 2 } } } },
    ],
    [['/keywords/*/id'], { keywords: [null, { id: 1 }, { id: 3 }] }],
    [['/keywords/2/id'], { keywords: [null, null, { id: 3 }] }],
    [['/time', '/time/modified'], { time: { modified: 'now' } }],
    [['/nothing/here', '/name/deeper'], {}],
    [[''], PACKAGE],
    [['/*/modified', '/time/none'], { time: { modified: 'now' } }],
  ])('%j', (pointers, expected) => {
    expect(selectJson(PACKAGE, pointers)).toEqual(expected)
  })

  it('gives an empty document of the same type where nothing is found', () => {
    expect([selectJson([1], ['/x']), selectJson('text', ['/x']), selectJson({}, ['/x'])]).toEqual([
      [],
      null,
      {},
    ])
  })

  it('reads escaped parts', () => {
    expect(selectJson({ 'a/b': { '~': 1, c: 2 } }, ['/a~1b/~0'])).toEqual({ 'a/b': { '~': 1 } })
  })

  it('keeps every selected value at its place', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(fc.string(), { maxLength: 3 }), (value, parts) => {
        const document = value as JsonValue // fast-check's JSON type is its own
        const pointer = parts
          .map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`)
          .join('')
        fc.pre(!parts.includes('*'))
        const found = getAtPointer(document, pointer)
        const selected = selectJson(document, [pointer])
        expect(getAtPointer(selected, pointer)).toEqual(found)
        expect(selectJson(selected, [pointer])).toEqual(selected)
      }),
    )
  })
})
